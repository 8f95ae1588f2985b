"""A real headless browser through its WebDriver: JSON over HTTP, nothing to install."""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from lib.registry import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--disable-dev-shm-usage",
]


class Browser:
    """A browser with an empty profile; used with `with`."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="mith-browser-")
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._wait_for_driver()
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_for_driver(self):
        until = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"{self.base}/status", timeout=5) as answer:
                    if json.load(answer)["value"]["ready"]:
                        return
            except OSError:
                pass
            if time.monotonic() > until:
                raise AssertionError("chromedriver did not start within 30 s")
            time.sleep(0.05)

    def _open(self):
        options = {"binary": shutil.which("chromium"), "args": [*FLAGS, f"--user-data-dir={self.profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        value = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{value['sessionId']}"
        size = {"width": 1280, "height": 800, "mobile": False, "deviceScaleFactor": 1}
        self.command("goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": size})

    def __exit__(self, *_):
        try:
            if hasattr(self, "session"):
                self._call("DELETE", self.session)
        except (OSError, AssertionError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _call(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(f"{self.base}{path}", method=method, data=data)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {json.load(error)['value']['message']}") from None

    def command(self, name, body=None):
        """A POST command of the session."""
        return self._call("POST", f"{self.session}/{name}", body)

    def go(self, url):
        """Loads a page."""
        self.command("url", {"url": url})

    def url(self):
        """Where the browser is."""
        return self._call("GET", f"{self.session}/url")

    def find(self, selector):
        """The first element of a CSS selector, waited for."""
        until = time.monotonic() + 10
        while True:
            try:
                return self.command("element", {"using": "css selector", "value": selector})[ELEMENT]
            except AssertionError:
                if time.monotonic() > until:
                    raise AssertionError(f"no `{selector}` on {self.url()}: {self.text()[:1500]}") from None
                time.sleep(0.1)

    def click(self, selector):
        """Clicks the first element of a selector."""
        self.command(f"element/{self.find(selector)}/click")

    def type(self, selector, text):
        """Types into the first element of a selector."""
        self.command(f"element/{self.find(selector)}/value", {"text": text})

    def script(self, source, *arguments):
        """Runs a function body in the page and returns its value."""
        return self.command("execute/sync", {"script": source, "args": list(arguments)})

    def text(self):
        """What the page shows."""
        return self.script("return document.body ? document.body.innerText : ''")

    def wait_for_text(self, text):
        """Waits until the page shows a text."""
        until = time.monotonic() + 20
        while text not in self.text():
            if time.monotonic() > until:
                raise AssertionError(f"`{text}` is not on {self.url()}: {self.text()[:2000]}")
            time.sleep(0.1)

    def wait_until(self, source, what):
        """Waits until a function body returns true in the page."""
        until = time.monotonic() + 20
        while not self.script(source):
            if time.monotonic() > until:
                raise AssertionError(f"waited in vain until {what}: {self.text()[:2000]}")
            time.sleep(0.1)

    def log(self):
        """What the browser complained about since the last call; a violated content policy stands here."""
        return self.command("se/log", {"type": "browser"})

    def picture(self, path):
        """Saves what the window shows, 1280 by 800."""
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        data = self._call("GET", f"{self.session}/screenshot")
        pathlib.Path(path).write_bytes(base64.b64decode(data))
