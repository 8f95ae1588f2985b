"""A person looks at the registry in a real browser: logs in, reads why, decides.

The pictures that the README shows are taken on the way (`cargo xtask screenshots`).
"""

import subprocess
import sys

from lib.harness import check, check_equal, test
from lib.webdriver import Browser
from lib.world import ROOT
from scenarios.held import with_own_code

GOOD_ONE = "sentence-transformers/all-MiniLM-L6-v2"
POISONED = "acme/distilbert-base-uncased-finetuned-sqad"
HELD = "acme/invoice-reader"


def registry_with_three_models(world, name):
    """A registry of its own with an admitted, a denied and a held model."""
    registry = world.own_registry(name)
    registry.start()
    look_alike = world.folder / "models" / f"{name}-look-alike"
    script = ROOT / "examples" / "poisoned_lookalike.py"
    subprocess.run([sys.executable, script, look_alike], check=True, stdout=subprocess.DEVNULL)
    good = world.tiny_model(f"{name}-good") if world.missing("model") else world.minilm
    adds = ((good, GOOD_ONE, 0), (look_alike, POISONED, 1), (with_own_code(world, f"{name}-held"), HELD, 3))
    for folder, repo, code in adds:
        done = registry.cli("registry", "add", folder, "--as", repo)
        check_equal(done.returncode, code, f"exit code of the add of {repo} ({done.stdout})")
    return registry


def keep_picture(world, browser, name):
    """Saves a picture where one is wanted."""
    if world.pictures:
        browser.picture(world.pictures / f"{name}.png")


def log_in(browser, registry):
    """Logs in with the token, from the page that asks for it."""
    browser.go(f"{registry.url}/")
    browser.type("input[name=token]", registry.token)
    browser.click("form[action='/login'] button")
    browser.wait_for_text(GOOD_ONE)


def check_content_policy(browser):
    """The browser blocked nothing and missed nothing."""
    complaints = [entry["message"] for entry in browser.log() if entry["level"] in ("SEVERE", "WARNING")]
    check(not complaints, f"the browser complains: {complaints}")


@test("chromium")
def person_reads_why_and_approves_a_held_model(world):
    registry = registry_with_three_models(world, "browser-approve")
    try:
        with Browser() as browser:
            log_in(browser, registry)
            shown = browser.text()
            for part in (GOOD_ONE, POISONED, HELD, "admitted", "denied", "held", "clean", "malicious", "unknown"):
                check(part in shown, f"the overview lacks `{part}`: {shown}")
            keep_picture(world, browser, "models")

            browser.go(f"{registry.url}/models/{POISONED}")
            browser.wait_for_text("Findings")
            shown = browser.text()
            for part in ("denied", "malicious", "pytorch_model.bin", "system", "touch", "pickle-known-gadget"):
                check(part in shown, f"the page of the look-alike lacks `{part}`: {shown}")
            approve = browser.script("return document.querySelectorAll('button[value=approve]').length")
            check_equal(approve, 0, "buttons that approve a malicious model")
            keep_picture(world, browser, "denied")

            browser.go(f"{registry.url}/models/{HELD}")
            browser.wait_for_text("held")
            keep_picture(world, browser, "held")
            check_equal(registry.http("HEAD", f"/{HELD}/resolve/main/config.json").status, 403, "status while held")
            browser.type("textarea[name=reason]", "read the code, it is ours")
            browser.click("button[value=approve]")
            browser.wait_for_text("admitted")
            browser.wait_for_text("read the code, it is ours")
            check_equal(registry.http("HEAD", f"/{HELD}/resolve/main/config.json").status, 200, "status once approved")

            browser.go(f"{registry.url}/audit")
            browser.wait_for_text("read the code, it is ours")
            browser.go(f"{registry.url}/rules/pickle-known-gadget")
            browser.wait_for_text("pickle-known-gadget")
            check_content_policy(browser)
    finally:
        registry.stop()


@test("chromium")
def search_narrows_the_list_while_typing(world):
    registry = registry_with_three_models(world, "browser-search")
    try:
        with Browser() as browser:
            log_in(browser, registry)
            browser.type("#search", "invoice")
            browser.wait_for_text(HELD)
            browser.wait_until("return !document.querySelector('#models').innerText.includes('MiniLM')", "the list narrows")
            check_content_policy(browser)
    finally:
        registry.stop()


@test("chromium")
def stranger_sees_no_model(world):
    registry = world.own_registry("browser-stranger")
    registry.start()
    try:
        done = registry.cli("registry", "add", world.tiny_model("browser-secret"), "--as", "acme/secret")
        check_equal(done.returncode, 0, f"exit code of the add ({done.stdout})")
        with Browser() as browser:
            for path in ("/", "/models/acme/secret", "/audit"):
                browser.go(f"{registry.url}{path}")
                browser.find("input[name=token]")
                check("acme/secret" not in browser.text(), f"{path} names the model to a stranger")
            browser.type("input[name=token]", "hf_" + "x" * 37)
            browser.click("form[action='/login'] button")
            browser.find("[role=alert]")
            check("acme/secret" not in browser.text(), "a wrong token opens the page")
    finally:
        registry.stop()
