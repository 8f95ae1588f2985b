"""Makes the client calls that standard input lists, as a developer's program would, and reports each outcome.

Runs inside an environment with the clients under test. Input: a JSON list of `{"call": NAME, …arguments}`. Output: a
JSON object a call, with a short value, or type and text of the exception and the whole trace. The text is the last thing a
developer sees; the trace stands above it.
"""

import hashlib
import json
import os
import sys
import traceback
import warnings


def digest(path):
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def hf_hub_download(repo, file, **more):
    import huggingface_hub

    return digest(huggingface_hub.hf_hub_download(repo, file, **more))


def snapshot_download(repo, **more):
    import huggingface_hub

    folder = huggingface_hub.snapshot_download(repo, **more)
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = digest(path)
    return found


def model_info(repo):
    import huggingface_hub

    info = huggingface_hub.HfApi().model_info(repo, files_metadata=True, securityStatus=True)
    status = info.security_repo_status
    return {"sha": info.sha, "sizes": {item.rfilename: item.size for item in info.siblings}, "security": status}


def list_repo_tree(repo):
    import huggingface_hub

    tree = list(huggingface_hub.HfApi().list_repo_tree(repo, recursive=True, expand=True))
    files = [item for item in tree if hasattr(item, "size")]
    return {item.path: {"size": item.size, "security": str(item.security)} for item in files}


def get_paths_info(repo, paths):
    import huggingface_hub

    found = huggingface_hub.HfApi().get_paths_info(repo, paths)
    return {item.path: getattr(item, "size", None) for item in found}


def list_repo_refs(repo):
    import huggingface_hub

    refs = huggingface_hub.HfApi().list_repo_refs(repo)
    return {item.name: item.target_commit for item in refs.branches}


def list_repo_commits(repo):
    import huggingface_hub

    return [item.commit_id for item in huggingface_hub.HfApi().list_repo_commits(repo)]


def whoami():
    import huggingface_hub

    return huggingface_hub.HfApi().whoami()["name"]


def get_safetensors_metadata(repo):
    import huggingface_hub

    metadata = huggingface_hub.HfApi().get_safetensors_metadata(repo)
    return sorted(metadata.weight_map)[:1000]


def filesystem(repo, file):
    import huggingface_hub

    files = huggingface_hub.HfFileSystem()
    with files.open(f"{repo}/{file}", "rb") as handle:
        handle.seek(2)
        part = handle.read(10)
    names = sorted(name.rsplit("/", 1)[-1] for name in files.ls(repo, detail=False))
    return {"part": part.hex(), "names": names}


def auto_config(repo, **more):
    import transformers

    return transformers.AutoConfig.from_pretrained(repo, **more).model_type


def auto_tokenizer(repo, text):
    import transformers

    return list(transformers.AutoTokenizer.from_pretrained(repo)(text)["input_ids"])


def auto_model(repo):
    import transformers

    return type(transformers.AutoModel.from_pretrained(repo)).__name__


def embedding(repo, text):
    """The embedding of a sentence: mean of the last hidden states, as the model's card says."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(repo)
    model = transformers.AutoModel.from_pretrained(repo)
    model.eval()
    with torch.no_grad():
        states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state
    return [value.hex() for value in states.mean(dim=1)[0].tolist()]


def main():
    warnings.simplefilter("default")
    for call in json.load(sys.stdin):
        name = call.pop("call")
        label = call.pop("label", name)
        outcome = {"call": label}
        try:
            outcome["value"] = globals()[name](**call)
        except BaseException as error:  # Whatever a client raises is the result.
            outcome["error"] = str(error)
            outcome["type"] = type(error).__name__
            outcome["trace"] = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
