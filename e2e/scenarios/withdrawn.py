"""A model that was admitted and is withdrawn stops working, even where a client has it in its cache."""

from lib.harness import check, check_equal, test
from lib.world import GOOD, NEWEST

REPO = "acme/soon-withdrawn"


def calls():
    """The calls that resolve `main` again and so can be stopped."""
    return [
        {"call": "hf_hub_download", "repo": REPO, "file": "config.json"},
        {"call": "snapshot_download", "repo": REPO},
        {"call": "auto_config", "repo": REPO},
    ]


@test("python")
def warm_cache_does_not_serve_a_withdrawn_model(world):
    done = world.registry.cli("registry", "add", world.tiny_model("withdrawn"), "--as", REPO)
    check_equal(done.returncode, 0, f"exit code of the add ({done.stdout})")
    homes = {environment: world.new_home() for environment in (GOOD, NEWEST)}
    for environment, home in homes.items():
        outcomes = world.calls(environment, calls(), home=home)
        check(all("value" in outcome for outcome in outcomes.values()), f"{environment}, warming up: {outcomes}")

    done = world.registry.cli("registry", "withdraw", REPO, "--reason", "trained on data we may not use")
    check_equal(done.returncode, 0, f"exit code of the withdrawal ({done.stdout})")
    answer = world.registry.http("HEAD", f"/{REPO}/resolve/main/config.json")
    check_equal(answer.status, 404, "status of a withdrawn file")
    check_equal(answer.headers["X-Error-Code"], "RevisionNotFound", "error code of a withdrawn file")
    text = answer.headers["X-Error-Message"]
    check("Mithridate" in text and "withdrawn" in text, f"the sentence does not say why: {text}")
    check("trained on data we may not use" in text, f"the sentence lacks the reason given: {text}")

    for environment, home in homes.items():
        for name, outcome in world.calls(environment, calls(), home=home).items():
            check("error" in outcome, f"{environment}: {name} still works from the cache: {outcome}")
            # transformers has a text of its own for this answer, and the sentence stands in the trace above it.
            place = "trace" if name == "auto_config" else "error"
            check(text in outcome[place], f"{environment}: {name} does not show the sentence: {outcome[place]}")


@test()
def new_revision_of_a_withdrawn_model_comes_in_again(world):
    better = world.tiny_model("withdrawn-better", **{"README.md": b"# Trained on our own data\n"})
    if world.registry.http("GET", f"/api/mith/v1/models/{REPO}").status == 404:
        world.registry.cli("registry", "add", world.tiny_model("withdrawn"), "--as", REPO)
        world.registry.cli("registry", "withdraw", REPO, "--reason", "trained on data we may not use")
    done = world.registry.cli("registry", "add", better, "--as", REPO)
    check_equal(done.returncode, 0, f"exit code of the add ({done.stdout})")
    answer = world.registry.http("GET", f"/{REPO}/resolve/main/README.md")
    check_equal((answer.status, answer.body), (200, b"# Trained on our own data\n"), "README of the new revision")
