"""A look-alike of a popular model runs a command when it is loaded: proven first, then refused, with the reason."""

import sys

from lib.harness import check, check_equal, test
from lib.world import GOOD, NEWEST, ROOT, VICTIM

REPO = "acme/distilbert-base-uncased-finetuned-sqad"


def marker(world):
    """The file that the payload touches."""
    return world.folder / "poisoned-marker"


def folder(world):
    """The look-alike, written with real torch when first asked for."""
    target = world.folder / "models" / "poisoned"
    if not target.exists():
        done = world.script(VICTIM, "make_poisoned.py", str(target), str(marker(world)))
        check_equal(done.returncode, 0, f"making the look-alike ({done.stdout})")
        check(not marker(world).exists(), "the payload ran while it was made")
    return target


def sentence(world, repo=REPO):
    """The sentence that the registry sends with a refusal."""
    answer = world.registry.http("HEAD", f"/{repo}/resolve/main/config.json")
    check_equal(answer.status, 403, f"status of a file of {repo}")
    check_equal(answer.headers["X-Error-Code"], "GatedRepo", "error code of the refusal")
    text = answer.headers["X-Error-Message"]
    check(text and text.isascii() and len(text) <= 900, f"the sentence does not fit a header: {text!r}")
    check(text in answer.headers["X-HF-Warning"], "the warning lacks the sentence")
    return text


@test("torch")
def payload_runs_without_the_registry(world):
    done = world.script(VICTIM, "load_local.py", str(folder(world)))
    check_equal(done.returncode, 0, f"loading the look-alike ({done.stdout})")
    check("4.36.2 DistilBertModel" in done.stdout, f"the victim is not the one meant: {done.stdout}")
    check(marker(world).exists(), "the payload did not run: the test proves nothing")
    marker(world).unlink()


@test("torch")
def scan_finds_the_call(world):
    done = world.registry.cli("scan", folder(world))
    check_equal(done.returncode, 1, f"exit code of the scan ({done.stdout})")
    check("pytorch_model.bin" in done.stdout and "system" in done.stdout, f"the scan names no call: {done.stdout}")
    explained = world.registry.cli("explain", folder(world) / "pytorch_model.bin")
    check("system" in explained.stdout and "touch" in explained.stdout, f"no call is explained: {explained.stdout}")
    check(not marker(world).exists(), "the scan ran the payload")


@test("torch")
def add_is_refused_with_the_reason(world):
    done = world.registry.cli("registry", "add", folder(world), "--as", REPO)
    check_equal(done.returncode, 1, f"exit code of the add ({done.stdout})")
    for part in ("denied", "pytorch_model.bin", "system"):
        check(part in done.stdout, f"the add does not say `{part}`: {done.stdout}")
    text = sentence(world)
    for part in ("Mithridate", REPO, "malicious", "pytorch_model.bin", "system", world.registry.url):
        check(part in text, f"the sentence does not say `{part}`: {text}")
    check(not marker(world).exists(), "the add ran the payload")


def every_call_ends_with_the_sentence(world, environment, loaders, mute=()):
    """The final text of every exception is what a developer reads; no payload runs.

    `mute` names calls of clients that replace the text of any refusal by their own: there it stands in the trace.
    """
    calls = [
        *loaders,
        {"call": "hf_hub_download", "repo": REPO, "file": "pytorch_model.bin"},
        {"call": "snapshot_download", "repo": REPO},
        {"call": "model_info", "repo": REPO},
    ]
    text = sentence(world)
    for name, outcome in world.calls(environment, calls).items():
        check("error" in outcome, f"{environment}: {name} ended well: {outcome}")
        place = "trace" if name in mute else "error"
        check(text in outcome[place], f"{environment}: {name} does not show the sentence: {outcome[place]}")
    check(not marker(world).exists(), f"{environment}: the payload ran")


@test("python", "torch")
def every_call_of_the_victim_shows_why(world):
    loaders = [{"call": "auto_model", "repo": REPO}, {"call": "auto_config", "repo": REPO}]
    # transformers 4.36 has one text for all refusals of this kind; later versions append ours to it.
    every_call_ends_with_the_sentence(world, VICTIM, loaders, mute=("auto_model", "auto_config"))


@test("python", "torch")
def every_call_of_hub_0_36_shows_why(world):
    every_call_ends_with_the_sentence(world, GOOD, [{"call": "auto_model", "repo": REPO}])


@test("python", "torch")
def every_call_of_hub_2_4_shows_why(world):
    every_call_ends_with_the_sentence(world, NEWEST, [{"call": "auto_config", "repo": REPO}])


@test("python", "torch")
def hf_command_of_both_generations_shows_why(world):
    text = sentence(world)
    for environment in (GOOD, NEWEST):
        done = world.hf(environment, "download", REPO)
        check(done.returncode != 0, f"{environment}: `hf download` ended well: {done.stdout}")
        # The command wraps long lines.
        check("".join(text.split()) in "".join(done.stdout.split()), f"{environment}: no sentence in {done.stdout}")


@test("torch")
def refused_model_cannot_be_approved(world):
    done = world.registry.cli("registry", "approve", REPO, "--reason", "looks fine to me")
    check(done.returncode != 0, f"the approval of a malicious model went through: {done.stdout}")
    sentence(world)


@test()
def walk_of_the_readme_is_refused_too(world):
    target, touched = world.folder / "models" / "example", world.folder / "example-marker"
    import subprocess

    script = ROOT / "examples" / "poisoned_lookalike.py"
    subprocess.run([sys.executable, script, target, "--marker", touched], check=True, stdout=subprocess.DEVNULL)
    done = world.registry.cli("registry", "add", target, "--as", "acme/example-sqad")
    check_equal(done.returncode, 1, f"exit code of the add ({done.stdout})")
    check("system" in sentence(world, "acme/example-sqad"), "the sentence does not name the call")
    check(not touched.exists(), "the add ran the payload")


@test("torch")
def walk_of_the_readme_is_a_real_attack(world):
    target, touched = world.folder / "models" / "example", world.folder / "example-marker"
    done = world.script(VICTIM, "load_file.py", str(target / "pytorch_model.bin"))
    check_equal(done.returncode, 0, f"torch.load of the example ({done.stdout})")
    check(touched.exists(), "the payload of the example did not run")
    touched.unlink()
