"""A model with something that is not on the known-good list waits for a person, and says so."""

import json

from lib import models
from lib.harness import check, check_equal, test
from lib.world import GOOD, NEWEST

REPO = "acme/with-own-code"


def with_own_code(world, name):
    """A model whose configuration names code of its own."""
    config = {**models.CONFIG, "auto_map": {"AutoModel": "modeling_own.OwnModel"}}
    return world.tiny_model(
        name,
        **{"config.json": json.dumps(config).encode(), "modeling_own.py": b"class OwnModel:\n    pass\n"},
    )


@test()
def add_of_unknown_code_is_held(world):
    done = world.registry.cli("registry", "add", with_own_code(world, "held"), "--as", REPO)
    check_equal(done.returncode, 3, f"exit code of the add ({done.stdout})")
    check("held" in done.stdout, f"the add does not say that the model is held: {done.stdout}")
    check("modeling_own.py" in done.stdout or "config.json" in done.stdout, f"the add names no file: {done.stdout}")


@test("python")
def clients_read_that_it_waits_for_a_review(world):
    text = world.registry.http("HEAD", f"/{REPO}/resolve/main/config.json").headers["X-Error-Message"]
    check("held" in text or "review" in text, f"the sentence does not say that a review is due: {text}")
    call = {"call": "hf_hub_download", "repo": REPO, "file": "config.json"}
    for environment in (GOOD, NEWEST):
        outcome = world.calls(environment, [call])["hf_hub_download"]
        check(text in outcome.get("error", ""), f"{environment} does not show the sentence: {outcome}")


@test("python")
def approval_lets_clients_read_it(world):
    done = world.registry.cli("registry", "approve", REPO, "--reason", "read the code, it is ours")
    check_equal(done.returncode, 0, f"exit code of the approval ({done.stdout})")
    for environment in (GOOD, NEWEST):
        outcome = world.calls(environment, [{"call": "auto_config", "repo": REPO}])["auto_config"]
        check_equal(outcome.get("value"), "bert", f"type of the model in {environment} ({outcome})")


@test()
def denial_is_final_and_carries_the_reason(world):
    repo = "acme/denied-by-hand"
    world.registry.cli("registry", "add", with_own_code(world, "denied"), "--as", repo)
    done = world.registry.cli("registry", "deny", repo, "--reason", "we do not run code of strangers")
    check_equal(done.returncode, 0, f"exit code of the denial ({done.stdout})")
    answer = world.registry.http("HEAD", f"/{repo}/resolve/main/config.json")
    check_equal(answer.headers["X-Error-Code"], "GatedRepo", "error code after the denial")
    text = answer.headers["X-Error-Message"]
    check("we do not run code of strangers" in text, f"the sentence lacks the reason: {text}")
