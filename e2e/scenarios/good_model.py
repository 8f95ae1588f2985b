"""A real model goes in and comes out unchanged, for unmodified clients of three generations."""

from lib import models
from lib.harness import check, check_equal, test
from lib.world import GOOD, NEWEST

REPO = "sentence-transformers/all-MiniLM-L6-v2"
SENTENCE = "a model of ours that nobody poisoned"


@test("python", "model")
def add_of_a_real_model_is_admitted(world):
    done = world.registry.cli("registry", "add", world.minilm, "--as", REPO)
    check_equal(done.returncode, 0, f"exit code of the add ({done.stdout})")
    check("admitted" in done.stdout, f"the add does not say that the model is admitted: {done.stdout}")
    listed = world.registry.cli("registry", "list")
    check(REPO in listed.stdout and "admitted" in listed.stdout, f"the list lacks the model: {listed.stdout}")
    shown = world.registry.cli("registry", "show", REPO)
    check("clean" in shown.stdout and "admitted" in shown.stdout, f"show lacks the verdict: {shown.stdout}")


@test("python", "model", "torch")
def embedding_through_the_registry_equals_the_local_one(world):
    outcomes = world.calls(
        GOOD,
        [
            {"call": "embedding", "label": "local", "repo": str(world.minilm), "text": SENTENCE},
            {"call": "embedding", "label": "remote", "repo": REPO, "text": SENTENCE},
        ],
    )
    for label in ("local", "remote"):
        check("value" in outcomes[label], f"{label}: {outcomes[label]}")
    check_equal(len(outcomes["local"]["value"]), 384, "length of the embedding")
    check_equal(outcomes["remote"]["value"], outcomes["local"]["value"], "embedding through the registry")


def every_read_call_answers(world, environment):
    """Every call that reads, in one environment, against what the local folder says."""
    files = models.digests(world.minilm)
    revision = world.registry.http("GET", f"/api/mith/v1/models/{REPO}/revisions/latest").json()["revision"]
    paths = ["config.json", "1_Pooling", "model.safetensors"]
    outcomes = world.calls(
        environment,
        [
            {"call": "hf_hub_download", "repo": REPO, "file": "config.json"},
            {"call": "hf_hub_download", "label": "large", "repo": REPO, "file": "model.safetensors"},
            {"call": "hf_hub_download", "label": "nested", "repo": REPO, "file": "1_Pooling/config.json"},
            {"call": "hf_hub_download", "label": "pinned", "repo": REPO, "file": "vocab.txt", "revision": revision},
            {"call": "hf_hub_download", "label": "absent", "repo": REPO, "file": "no-such-file"},
            {"call": "snapshot_download", "repo": REPO},
            {"call": "model_info", "repo": REPO},
            {"call": "list_repo_tree", "repo": REPO},
            {"call": "get_paths_info", "repo": REPO, "paths": paths},
            {"call": "list_repo_refs", "repo": REPO},
            {"call": "list_repo_commits", "repo": REPO},
            {"call": "whoami"},
            {"call": "get_safetensors_metadata", "repo": REPO},
            {"call": "filesystem", "repo": REPO, "file": "config.json"},
            {"call": "auto_config", "repo": REPO},
            {"call": "auto_tokenizer", "repo": REPO, "text": SENTENCE},
            {"call": "auto_tokenizer", "label": "local tokenizer", "repo": str(world.minilm), "text": SENTENCE},
        ],
    )
    absent = outcomes.pop("absent")
    check("EntryNotFound" in absent.get("type", ""), f"a missing file is not `EntryNotFound`: {absent}")
    wrong = [outcome for outcome in outcomes.values() if "error" in outcome]
    check(not wrong, f"calls that failed: {wrong}")
    values = {name: outcome["value"] for name, outcome in outcomes.items()}
    sizes = {name: (world.minilm / name).stat().st_size for name in files}
    check_equal(values["hf_hub_download"], files["config.json"], "digest of config.json")
    check_equal(values["large"], files["model.safetensors"], "digest of model.safetensors")
    check_equal(values["nested"], files["1_Pooling/config.json"], "digest of 1_Pooling/config.json")
    check_equal(values["pinned"], files["vocab.txt"], "digest of vocab.txt at the pinned revision")
    check_equal(values["snapshot_download"], files, "files of the snapshot")
    check_equal(values["model_info"]["sha"], revision, "commit of the model")
    check_equal(values["model_info"]["sizes"], sizes, "sizes in model_info")
    check(values["model_info"]["security"], "model_info carries no security status")
    check_equal({name: item["size"] for name, item in values["list_repo_tree"].items()}, sizes, "sizes in the tree")
    tree = values["list_repo_tree"].values()
    check(all(item["security"] != "None" for item in tree), f"the tree carries no verdicts: {tree}")
    wanted = {"config.json": sizes["config.json"], "1_Pooling": None, "model.safetensors": sizes["model.safetensors"]}
    check_equal(values["get_paths_info"], wanted, "sizes in paths-info")
    check_equal(values["list_repo_refs"]["main"], revision, "commit of main")
    check_equal(values["list_repo_commits"], [revision], "commits of main")
    check(values["whoami"], "whoami knows no name")
    check("embeddings.word_embeddings.weight" in values["get_safetensors_metadata"], "no tensor names in the header")
    wanted = (world.minilm / "config.json").read_bytes()[2:12].hex()
    check_equal(values["filesystem"]["part"], wanted, "bytes read in the middle of a file")
    check("config.json" in values["filesystem"]["names"], f"listing of the file system: {values['filesystem']}")
    check_equal(values["auto_config"], "bert", "type of the model")
    check_equal(values["auto_tokenizer"], values["local tokenizer"], "tokens of the sentence")


@test("python", "model")
def every_read_call_of_hub_0_36_answers(world):
    every_read_call_answers(world, GOOD)


@test("python", "model")
def every_read_call_of_hub_2_4_answers(world):
    every_read_call_answers(world, NEWEST)


@test("python", "model")
def hf_command_of_both_generations_downloads_the_model(world):
    files = models.digests(world.minilm)
    for environment in (GOOD, NEWEST):
        target = world.folder / f"hf-{environment}"
        done = world.hf(environment, "download", REPO, "--local-dir", str(target))
        check_equal(done.returncode, 0, f"exit code of `hf download` in {environment} ({done.stdout})")
        found = {path: digest for path, digest in models.digests(target).items() if not path.startswith(".cache")}
        check_equal(found, files, f"files that `hf download` of {environment} wrote")


@test()
def no_answer_hints_at_the_storage_of_another_hub(world):
    folder = world.tiny_model("plain")
    done = world.registry.cli("registry", "add", folder, "--as", "acme/plain")
    check_equal(done.returncode, 0, f"exit code of the add ({done.stdout})")
    tree = world.registry.http("GET", "/api/models/acme/plain/tree/main?recursive=true")
    check_equal(tree.status, 200, "status of the tree")
    check(b"xet" not in tree.body.lower(), f"the tree speaks of Xet: {tree.body}")
    for method in ("HEAD", "GET"):
        answer = world.registry.http(method, "/acme/plain/resolve/main/model.safetensors")
        check_equal(answer.status, 200, f"status of {method}")
        check("xet" not in str(answer.headers).lower(), f"{method} speaks of Xet: {answer.headers}")
        check(answer.headers["X-Repo-Commit"], f"{method} carries no commit")
        check_equal(answer.headers["Accept-Ranges"], "bytes", f"ranges of {method}")


@test()
def stranger_reads_nothing(world):
    for path in ("/api/models/acme/plain", "/acme/plain/resolve/main/config.json", "/api/mith/v1/models"):
        answer = world.registry.http("GET", path, token="hf_" + "x" * 37)
        check_equal(answer.status, 401, f"status of {path} with a wrong token")
        check(b"hidden_size" not in answer.body, f"{path} shows the file to a stranger")
