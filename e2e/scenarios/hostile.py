"""Input made to break the server: each ends in a clear refusal, and the server still answers."""

import hashlib
import io
import os
import pickle
import struct
import subprocess
import zipfile

from lib.harness import check, check_equal, test
from scenarios.crash import begin_upload, seen_by_clients


# What the scan of a hostile file may cost the server in memory, in an unoptimised build.
MOST_MEMORY = 1 << 30


def torch_zip(data_pickle, method=zipfile.ZIP_STORED):
    """A torch checkpoint around a pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("archive/data.pkl", data_pickle)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def hostile_files():
    """Name of the case -> path and bytes of the file that carries it."""
    return {
        "header-claim": ("model.safetensors", struct.pack("<Q", 1 << 30) + b"{}"),
        # A quarter of a mebibyte that becomes 256 MiB of opcodes, each of which puts a list on the stack.
        "bomb": ("pytorch_model.bin", torch_zip(b"\x80\x02" + b"]" * (256 << 20), zipfile.ZIP_DEFLATED)),
        "cut": ("pytorch_model.bin", torch_zip(pickle.dumps({}, protocol=2))[:-40]),
    }


def deep_files():
    """Like `hostile_files`: a million levels of nesting and nothing else, which is no reason to refuse."""
    return {
        "tuples": ("pytorch_model.bin", b"\x80\x02" + b"(" * 1_000_000 + b"t" * 1_000_000 + b"."),
        "lists": ("model.pkl", b"\x80\x02" + b"]" * 1_000_000 + b"a" * 999_999 + b"."),
    }


@test()
def pickle_of_a_million_levels_ends_in_a_decision(world):
    for case, (path, data) in deep_files().items():
        folder = world.tiny_model(f"deep-{case}", **{path: data})
        done = world.registry.cli("registry", "add", folder, "--as", f"acme/deep-{case}", timeout=120)
        check(done.returncode in (0, 1, 3, 4), f"{case}: exit code {done.returncode} ({done.stdout[-2000:]})")
        check("verdict" in done.stdout, f"{case}: the add ended without a verdict: {done.stdout[-2000:]}")
        check_equal(world.registry.http("GET", "/healthz").status, 200, f"{case}: health")


@test()
def hostile_file_is_not_admitted_and_the_server_stays_up(world):
    for case, (path, data) in hostile_files().items():
        repo = f"acme/hostile-{case}"
        folder = world.tiny_model(f"hostile-{case}", **{path: data})
        done = world.registry.cli("registry", "add", folder, "--as", repo, timeout=120)
        check(done.returncode in (1, 3, 4), f"{case}: exit code {done.returncode} of the add ({done.stdout[-2000:]})")
        check(path in done.stdout, f"{case}: the add does not name `{path}`: {done.stdout[-2000:]}")
        check_equal(seen_by_clients(world.registry, repo), [403, 403, 403], f"{case}: statuses")
        check_equal(world.registry.http("GET", "/healthz").status, 200, f"{case}: health")
        check(world.registry.peak_memory() <= MOST_MEMORY, f"{case}: the server took {world.registry.peak_memory()} bytes")


@test()
def file_that_changes_on_its_way_is_refused(world):
    upload = begin_upload(world.registry, "acme/changing")
    answer = world.registry.http(
        "PUT",
        f"/api/mith/v1/uploads/{upload}/files/config.json",
        b"other bytes than were hashed",
        {"X-Mith-SHA256": hashlib.sha256(b"the bytes that were hashed").hexdigest()},
    )
    check_equal(answer.status, 409, f"status of the upload ({answer.body!r})")


@test()
def name_that_is_no_model_is_wrong_usage(world):
    folder = world.tiny_model("plain-again")
    for name in ("../escape", "acme/../../x", "acme\\x", "a/b/c", "", "acme/x.git", "api/models"):
        done = world.registry.cli("registry", "add", folder, "--as", name)
        check_equal(done.returncode, 2, f"exit code of the name {name!r} ({done.stdout})")


@test()
def link_out_of_the_folder_brings_nothing_in(world):
    folder = world.tiny_model("with-link")
    secret = world.folder / "secret.txt"
    secret.write_text("the secret of another folder")
    (folder / "notes.txt").symlink_to(secret)
    done = world.registry.cli("registry", "add", folder, "--as", "acme/with-link")
    if done.returncode == 0:
        answer = world.registry.http("GET", "/acme/with-link/resolve/main/notes.txt")
        check(b"secret" not in answer.body, "the link was followed out of the folder")
    else:
        check("notes.txt" in done.stdout, f"the error does not name the link: {done.stdout}")


@test()
def full_disk_is_a_clear_error_and_nothing_is_lost(world):
    registry = world.own_registry("full-disk")
    disk = registry.folder / "data"
    disk.mkdir()
    if os.getuid() != 0 or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "none", disk], capture_output=True, check=False
    ).returncode:
        world.skip("a small disk cannot be mounted here: not root, or no permission")
    try:
        registry.start()
        done = registry.cli("registry", "add", world.tiny_model("fits"), "--as", "acme/fits")
        check_equal(done.returncode, 0, f"exit code of the add that fits ({done.stdout})")
        big = world.tiny_model("does-not-fit", **{"big.txt": b"too much\n" * (2 << 20)})
        done = registry.cli("registry", "add", big, "--as", "acme/does-not-fit")
        check_equal(done.returncode, 4, f"exit code of the add that does not fit ({done.stdout})")
        check("disk" in done.stdout or "space" in done.stdout, f"the error does not say why: {done.stdout}")
        check_equal(seen_by_clients(registry, "acme/fits"), [200] * 3, "statuses of the model that was there")
        check_equal(seen_by_clients(registry, "acme/does-not-fit"), [404] * 3, "statuses of the model that broke off")
        done = registry.cli("registry", "add", world.tiny_model("fits-too"), "--as", "acme/fits-too")
        check_equal(done.returncode, 0, f"exit code of the next add that fits ({done.stdout})")
    finally:
        registry.stop()
        subprocess.run(["umount", "--lazy", disk], check=False)
