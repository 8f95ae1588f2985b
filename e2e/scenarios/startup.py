"""The server is there at once and asks for nothing."""

from lib.harness import check, check_equal, test

# Bounds for an unoptimised build on a busy machine; the figures that we promise are measured in `bench/`.
MOST_SECONDS = 5.0
MOST_MEMORY = 128 << 20


@test()
def server_answers_soon_after_it_starts(world):
    registry = world.own_registry("startup")
    first = registry.start()
    memory = registry.memory()
    registry.stop()
    again = registry.start()
    print(f"         first start {first:.2f} s, second start {again:.2f} s, idle memory {memory / 2**20:.1f} MiB")
    text = registry.log.read_text()
    token = registry.token
    registry.stop()
    check(max(first, again) <= MOST_SECONDS, f"start-up took {first:.2f} s and {again:.2f} s")
    check(memory <= MOST_MEMORY, f"idle memory is {memory} bytes")
    check(registry.url in text, f"the log does not name the address: {text}")
    check(token.startswith("hf_") and token[3:].isalnum() and len(token) >= 37, "the token is not one that clients send")
    check(token not in text, "the token stands in the log although a file was asked for")


@test()
def token_of_the_first_start_is_still_good_after_a_restart(world):
    registry = world.own_registry("startup")
    registry.start()
    status = registry.http("GET", "/api/mith/v1/models").status
    registry.stop()
    check_equal(status, 200, "status with the token of the first start")


@test()
def port_in_use_is_a_clear_error(world):
    registry = world.own_registry("startup")
    registry.start()
    try:
        other = registry.folder / "other-data"
        done = registry.cli("serve", "--listen", f"127.0.0.1:{registry.port}", "--data", other, timeout=30)
    finally:
        registry.stop()
    check_equal(done.returncode, 4, f"exit code ({done.stdout})")
    check(str(registry.port) in done.stdout, f"the error does not name the address: {done.stdout}")
