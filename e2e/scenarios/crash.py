"""The server is killed in the middle of an add: nothing half visible, nothing lost that was there."""

import hashlib
import json
import socket
import urllib.parse

from lib import models
from lib.harness import check, check_equal, test

STAYS, BROKEN = "acme/stays", "acme/broken-off"


def begin_upload(registry, repo):
    """Starts an upload and returns its id."""
    answer = registry.http(
        "POST",
        "/api/mith/v1/uploads",
        json.dumps({"repo": repo}).encode(),
        {"Content-Type": "application/json"},
    )
    check_equal(answer.status, 201, f"status of a new upload ({answer.body!r})")
    return answer.json()["upload"]


def put(registry, upload, path, data):
    """Uploads one file whole."""
    place = f"/api/mith/v1/uploads/{upload}/files/{urllib.parse.quote(path)}"
    answer = registry.http("PUT", place, data, {"X-Mith-SHA256": hashlib.sha256(data).hexdigest()})
    check_equal(answer.status, 201, f"status of the upload of {path} ({answer.body!r})")


def put_half(registry, upload, path, size):
    """Announces a file of `size` bytes, sends half of it, and leaves the connection open."""
    connection = socket.create_connection(("127.0.0.1", registry.port))
    head = (
        f"PUT /api/mith/v1/uploads/{upload}/files/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {registry.token}\r\nContent-Length: {size}\r\nX-Mith-SHA256: {'0' * 64}\r\n\r\n"
    )
    connection.sendall(head.encode() + b"x" * (size // 2))
    return connection


def commit(registry, upload, files):
    """Commits an upload; the answer is returned as it is."""
    listed = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for path, data in files.items()
    ]
    body = json.dumps({"files": listed, "message": "add"}).encode()
    place = f"/api/mith/v1/uploads/{upload}/commit"
    return registry.http("POST", place, body, {"Content-Type": "application/json"})


def seen_by_clients(registry, repo):
    """Statuses of the routes that show a model to clients."""
    paths = (f"/api/models/{repo}", f"/{repo}/resolve/main/config.json", f"/api/models/{repo}/tree/main")
    return [registry.http("GET", path).status for path in paths]


@test()
def kill_in_the_middle_of_an_upload_leaves_nothing_half_visible(world):
    registry = world.own_registry("crash")
    registry.start()
    try:
        done = registry.cli("registry", "add", world.tiny_model("stays"), "--as", STAYS)
        check_equal(done.returncode, 0, f"exit code of the first add ({done.stdout})")
        before = registry.http("GET", f"/{STAYS}/resolve/main/model.safetensors").body

        upload = begin_upload(registry, BROKEN)
        put(registry, upload, "config.json", json.dumps(models.CONFIG).encode())
        connection = put_half(registry, upload, "model.safetensors", 4 << 20)
        registry.kill()
        connection.close()
        registry.start()

        check_equal(seen_by_clients(registry, STAYS), [200, 200, 200], "statuses of the model that was there")
        after = registry.http("GET", f"/{STAYS}/resolve/main/model.safetensors").body
        check_equal(hashlib.sha256(after).digest(), hashlib.sha256(before).digest(), "bytes of the model that was there")
        check_equal(seen_by_clients(registry, BROKEN), [404, 404, 404], "statuses of the model that broke off")
        listed = registry.http("GET", "/api/mith/v1/models").json()["models"]
        check_equal([model["repo"] for model in listed], [STAYS], "models after the restart")
        again = registry.cli("registry", "add", world.tiny_model("broken"), "--as", BROKEN)
        check_equal(again.returncode, 0, f"exit code of the add after the restart ({again.stdout})")
    finally:
        registry.stop()


@test()
def kill_while_a_scan_runs_ends_in_a_decision_after_the_restart(world):
    registry = world.own_registry("crash-scan")
    registry.start()
    try:
        tensors = models.safetensors({"weight": [0.0] * (4 << 20)})
        files = {"config.json": json.dumps(models.CONFIG).encode(), "model.safetensors": tensors}
        upload = begin_upload(registry, BROKEN)
        for path, data in files.items():
            put(registry, upload, path, data)
        answer = commit(registry, upload, files)
        registry.kill()
        check_equal(answer.status, 202, f"status of the commit ({answer.body!r})")
        registry.start()
        # The lease of the killed worker has to run out first.
        revision = registry.wait_for_state(BROKEN, ("admitted", "denied", "held"))
        check_equal(revision["state"], "admitted", f"state after the restart ({revision})")
        check_equal(revision["revision"], answer.json()["revision"], "revision after the restart")
        check_equal(seen_by_clients(registry, BROKEN), [200, 200, 200], "statuses after the scan")
    finally:
        registry.stop()


@test()
def commit_that_names_other_files_than_were_sent_is_refused(world):
    registry = world.registry
    upload = begin_upload(registry, "acme/changed")
    data = json.dumps(models.CONFIG).encode()
    put(registry, upload, "config.json", data)
    answer = commit(registry, upload, {"config.json": data, "model.safetensors": b"never sent"})
    check_equal(answer.status, 409, f"status of the commit ({answer.body!r})")
    check_equal(seen_by_clients(registry, "acme/changed"), [404, 404, 404], "statuses of the model")


@test()
def path_that_leaves_the_model_is_refused(world):
    upload = begin_upload(world.registry, "acme/paths")
    for path in ("..%2Fescape", "a/%2e%2e/b", "a%5Cb", "%2Fetc%2Fpasswd", "nul%00byte"):
        place = f"/api/mith/v1/uploads/{upload}/files/{path}"
        answer = world.registry.http("PUT", place, b"x", {"X-Mith-SHA256": hashlib.sha256(b"x").hexdigest()})
        check_equal(answer.status, 400, f"status of {path} ({answer.body!r})")
        check(answer.json()["error"], f"no error text for {path}")
