//! `mith registry` against a real server in a process of its own.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::fixtures;
use crate::support::{Said, Server, collect, command, disk_usage, wait_until};

/// Big enough to be caught on its way.
const BIG: u64 = 384 << 20;

struct World {
    folder: tempfile::TempDir,
    server: Server,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("data"));
        Self { folder, server }
    }

    fn model(&self, name: &str, make: impl FnOnce(&Path)) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        make(&path);
        path
    }
}

/// A file of zeros that takes a while to send and no disk here.
fn big_file(path: &Path) {
    fs::File::create(path).unwrap().set_len(BIG).unwrap();
}

/// Starts an add and returns when it is under way.
fn start_add(server: &Server, folder: &Path, name: &str) -> (Child, Arc<Mutex<String>>) {
    let mut child = server
        .registry_command(&["add", folder.to_str().unwrap(), "--as", name])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = collect(child.stderr.take().unwrap());
    wait_until("the add is under way", || {
        stderr.lock().unwrap().contains("Adding ")
    });
    (child, stderr)
}

fn finish(mut child: Child, stderr: &Arc<Mutex<String>>) -> (i32, String) {
    let code = child.wait().unwrap().code().unwrap_or(-1);
    wait_until("the error is read", || {
        stderr.lock().unwrap().contains("error:")
    });
    std::thread::sleep(std::time::Duration::from_millis(50));
    let text = stderr.lock().unwrap().clone();
    (code, text)
}

#[test]
fn clean_model_is_admitted_listed_shown_and_withdrawn() {
    let world = World::new();
    let model = world.model("model", |path| fixtures::clean_model(path, 0));
    let added = world.server.add(&model, "acme/tiny");
    assert_eq!(added.code, 0, "{added}");
    for part in [
        "✓ admitted",
        "acme/tiny@",
        "verdict   clean",
        "Next: export HF_ENDPOINT=",
    ] {
        assert!(added.stdout.contains(part), "{part}: {added}");
    }
    assert_eq!(world.server.models(), ["acme/tiny admitted"]);
    assert_eq!(
        world.server.status("/acme/tiny/resolve/main/config.json"),
        200
    );
    let shown = world.server.registry(&["show", "acme/tiny"]);
    assert!(
        shown.code == 0 && shown.stdout.contains("Clients get this revision as `main`"),
        "{shown}"
    );
    let shown = world
        .server
        .registry(&["show", "acme/tiny", "--format", "json"])
        .json();
    assert_eq!(shown["files"].as_array().unwrap().len(), 4);
    assert_eq!(shown["report"]["schema"], "mith.scan/1");
    let withdrawn = world
        .server
        .registry(&["withdraw", "acme/tiny", "--reason", "a drill"]);
    assert_eq!(withdrawn.code, 0, "{withdrawn}");
    assert!(
        withdrawn.stdout.contains("✗ withdrawn") && withdrawn.stdout.contains("a drill"),
        "{withdrawn}"
    );
    assert_eq!(world.server.models(), ["acme/tiny withdrawn"]);
    assert_eq!(
        world.server.status("/acme/tiny/resolve/main/config.json"),
        404
    );
}

#[test]
fn poisoned_model_is_denied_with_the_reason_and_stays_denied() {
    let world = World::new();
    let model = world.model("model", fixtures::poisoned_model);
    let added = world.server.add(&model, "acme/sqad");
    assert_eq!(added.code, 1, "{added}");
    for part in ["✗ denied", "malicious", "pytorch_model.bin", "system"] {
        assert!(added.stdout.contains(part), "{part}: {added}");
    }
    assert_eq!(
        world.server.status("/acme/sqad/resolve/main/config.json"),
        403
    );
    let approved = world
        .server
        .registry(&["approve", "acme/sqad", "--reason", "looks fine"]);
    assert_eq!(approved.code, 4, "{approved}");
    assert!(
        approved.stderr.starts_with("error: approve `acme/sqad`"),
        "{approved}"
    );
    assert_eq!(world.server.models(), ["acme/sqad denied"]);
    assert!(
        !world.folder.path().join("marker").exists(),
        "the payload ran"
    );
}

#[test]
fn unknown_model_is_held_until_a_person_decides() {
    let world = World::new();
    let model = world.model("model", |path| {
        fixtures::clean_model(path, 0);
        fs::write(path.join("modeling.py"), fixtures::python_source()).unwrap();
    });
    let added = world.server.add(&model, "acme/custom");
    assert_eq!(added.code, 3, "{added}");
    assert!(
        added.stdout.contains("? held")
            && added.stdout.contains("mith registry approve acme/custom"),
        "{added}"
    );
    let unexplained = world
        .server
        .registry(&["approve", "acme/custom", "--reason", " "]);
    assert_eq!(unexplained.code, 2, "{unexplained}");
    let approved =
        world
            .server
            .registry(&["approve", "acme/custom", "--reason", "read it, ticket 4711"]);
    assert!(
        approved.code == 0 && approved.stdout.contains("ticket 4711"),
        "{approved}"
    );
    assert_eq!(world.server.models(), ["acme/custom admitted"]);
}

#[test]
fn unreadable_model_ends_with_4() {
    let world = World::new();
    let model = world.model("model", |path| {
        fixtures::clean_model(path, 0);
        fs::write(
            path.join("model.safetensors"),
            fixtures::unreadable_safetensors(),
        )
        .unwrap();
    });
    let added = world.server.add(&model, "acme/broken");
    assert_eq!(added.code, 4, "{added}");
    assert!(
        added.stdout.contains("✗ denied") && added.stdout.contains("unreadable"),
        "{added}"
    );
}

#[test]
fn same_folder_twice_is_one_revision() {
    let world = World::new();
    let model = world.model("model", |path| fixtures::clean_model(path, 0));
    let first = world
        .server
        .registry(&[
            "add",
            model.to_str().unwrap(),
            "--as",
            "a/b",
            "--format",
            "json",
        ])
        .json();
    let second = world
        .server
        .registry(&[
            "add",
            model.to_str().unwrap(),
            "--as",
            "a/b",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(first["revision"], second["revision"]);
    assert_eq!(first["state"], "admitted");
}

#[test]
fn does_not_wait_when_told_so() {
    let world = World::new();
    let model = world.model("model", |path| fixtures::clean_model(path, 0));
    let added = world.server.registry(&[
        "add",
        model.to_str().unwrap(),
        "--as",
        "a/b",
        "--no-wait",
        "--format",
        "json",
    ]);
    assert_eq!(added.code, 0, "{added}");
    assert_eq!(added.json()["repo"], "a/b");
    wait_until("it is admitted", || {
        world.server.models() == ["a/b admitted"]
    });
}

#[test]
fn folder_that_changes_while_it_is_added_brings_nothing_in() {
    let world = World::new();
    let model = world.model("model", |path| {
        fixtures::clean_model(path, 0);
        big_file(&path.join("a-big.txt"));
    });
    let (child, stderr) = start_add(&world.server, &model, "acme/moving");
    fs::write(model.join("late.txt"), "a file that was not there").unwrap();
    let (code, text) = finish(child, &stderr);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("changes while it is added") && text.contains("`late.txt` appeared"),
        "{text}"
    );
    assert!(world.server.models().is_empty(), "{text}");
    assert_eq!(
        world.server.status("/acme/moving/resolve/main/config.json"),
        404
    );
}

#[test]
fn file_that_changes_while_it_is_sent_is_named() {
    let world = World::new();
    let model = world.model("model", |path| {
        fixtures::clean_model(path, 0);
        big_file(&path.join("a-big.txt"));
    });
    let (child, stderr) = start_add(&world.server, &model, "acme/moving");
    let mut file = fs::File::options()
        .append(true)
        .open(model.join("a-big.txt"))
        .unwrap();
    file.write_all(b"more").unwrap();
    let (code, text) = finish(child, &stderr);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("`a-big.txt` changed"), "{text}");
    assert!(world.server.models().is_empty(), "{text}");
}

#[test]
fn interrupted_add_brings_nothing_in() {
    let world = World::new();
    let model = world.model("model", |path| {
        fixtures::clean_model(path, 0);
        big_file(&path.join("a-big.txt"));
    });
    let (child, stderr) = start_add(&world.server, &model, "acme/stopped");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let (code, text) = finish(child, &stderr);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("interrupted; nothing was added"), "{text}");
    assert!(world.server.models().is_empty(), "{text}");
}

#[test]
fn server_killed_in_the_middle_of_an_add_loses_nothing_and_shows_nothing_half() {
    let world = World::new();
    let stays = world.model("stays", |path| fixtures::clean_model(path, 0));
    assert_eq!(world.server.add(&stays, "acme/stays").code, 0);
    let broken = world.model("broken", |path| {
        fixtures::clean_model(path, 1);
        big_file(&path.join("zeros.txt"));
    });
    let before = disk_usage(&world.server.data);
    let (child, stderr) = start_add(&world.server, &broken, "acme/broken");
    wait_until("bytes arrive", || {
        disk_usage(&world.server.data) > before + (8 << 20)
    });
    let World { folder, server } = world;
    let token = server.token.clone();
    let (data, address) = server.kill();
    let (code, text) = finish(child, &stderr);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("error: add `") && text.contains("hint: "),
        "{text}"
    );

    let mut server = Server::start_at(&data, &address);
    server.token = token;
    assert_eq!(server.models(), ["acme/stays admitted"]);
    assert_eq!(
        server.status("/acme/stays/resolve/main/model.safetensors"),
        200
    );
    assert_eq!(server.status("/acme/broken/resolve/main/config.json"), 404);
    fs::remove_file(broken.join("zeros.txt")).unwrap();
    let again = server.add(&broken, "acme/broken");
    assert_eq!(again.code, 0, "{again}");
    drop(server);
    drop(folder);
}

#[test]
fn full_disk_is_a_clear_error_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=12m", "none"])
        .arg(&data)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        println!("skipped: a small disk cannot be mounted here");
        return;
    }
    let _unmount = Unmount(data.clone());
    let server = Server::start(&data);
    let small = folder.path().join("small");
    fixtures::clean_model(&small, 0);
    assert_eq!(server.add(&small, "acme/fits").code, 0);
    let big = folder.path().join("big");
    fixtures::clean_model(&big, 1);
    fs::write(big.join("big.txt"), "too much\n".repeat(2 << 20)).unwrap();
    let refused = server.add(&big, "acme/too-big");
    assert_eq!(refused.code, 4, "{refused}");
    let text = refused.stderr.to_lowercase();
    assert!(text.contains("disk") || text.contains("space"), "{refused}");
    assert_eq!(server.models(), ["acme/fits admitted"]);
    fixtures::clean_model(&small, 2);
    assert_eq!(server.add(&small, "acme/fits-too").code, 0);
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn nobody_listening_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let said = Said::of(
        command(folder.path())
            .args(["registry", "list", "--server", "http://127.0.0.1:9"])
            .output()
            .unwrap(),
    );
    assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{said}");
    assert!(
        said.stderr.contains("hint: start it with `mith serve`"),
        "{said}"
    );
}

#[test]
fn wrong_and_missing_tokens_are_told_apart() {
    let world = World::new();
    let list = |token: Option<&str>| {
        let mut command = command(world.folder.path());
        command.args(["registry", "list", "--server", &world.server.url]);
        if let Some(token) = token {
            command.env("MITH_TOKEN", token);
        }
        Said::of(command.output().unwrap())
    };
    let missing = list(None);
    assert!(
        missing.code == 4 && missing.stderr.contains("no token was sent"),
        "{missing}"
    );
    let wrong = list(Some("hf_wrongwrongwrongwrongwrongwrongwrong"));
    assert!(
        wrong.code == 4 && !wrong.stderr.contains("no token was sent"),
        "{wrong}"
    );
    assert!(!wrong.stderr.contains("hf_wrong"), "{wrong}");
}

#[test]
fn token_of_hub_clients_is_used_only_for_the_same_server() {
    let world = World::new();
    let list = |endpoint: &str| {
        let mut command = command(world.folder.path());
        command.args(["registry", "list", "--server", &world.server.url]);
        command
            .env("HF_TOKEN", &world.server.token)
            .env("HF_ENDPOINT", endpoint);
        Said::of(command.output().unwrap())
    };
    assert_eq!(list(&world.server.url).code, 0);
    assert_eq!(list("https://huggingface.co").code, 4);
}

#[test]
fn token_file_works_and_beats_the_variable() {
    let world = World::new();
    let file = world.folder.path().join("token");
    fs::write(&file, format!("{}\n", world.server.token)).unwrap();
    let mut command =
        world
            .server
            .registry_command(&["list", "--token-file", file.to_str().unwrap()]);
    let said = Said::of(command.env("MITH_TOKEN", "hf_wrong").output().unwrap());
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.contains("No model matches"), "{said}");
}

#[test]
fn folder_without_a_model_is_refused_before_anything_is_sent() {
    let world = World::new();
    let empty = world.model("empty", |path| fs::create_dir(path).unwrap());
    let said = world.server.add(&empty, "acme/empty");
    assert!(
        said.code == 4 && said.stderr.contains("no file to add"),
        "{said}"
    );
    let file = world.model("file", |path| fs::write(path, "x").unwrap());
    assert_eq!(world.server.add(&file, "acme/file").code, 2);
    let missing = world
        .server
        .add(&world.folder.path().join("missing"), "acme/missing");
    assert!(
        missing.code == 4 && missing.stderr.contains("missing"),
        "{missing}"
    );
    assert!(world.server.models().is_empty());
}

#[test]
fn model_that_is_not_there_is_told_by_name() {
    let world = World::new();
    let said = world.server.registry(&["show", "acme/nothing"]);
    assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{said}");
    assert!(said.stderr.contains("acme/nothing"), "{said}");
}

#[test]
fn hub_cache_snapshot_can_be_added() {
    let world = World::new();
    let cache = world.folder.path().join("models--acme--tiny");
    fs::create_dir_all(cache.join("snapshots")).unwrap();
    fixtures::clean_model(&cache.join("blobs"), 0);
    let snapshot = cache.join("snapshots/0123");
    fs::create_dir(&snapshot).unwrap();
    for name in ["config.json", "model.safetensors"] {
        std::os::unix::fs::symlink(format!("../../blobs/{name}"), snapshot.join(name)).unwrap();
    }
    let added = world.server.add(&snapshot, "acme/tiny");
    assert_eq!(added.code, 0, "{added}");
    assert_eq!(
        world
            .server
            .status("/acme/tiny/resolve/main/model.safetensors"),
        200
    );
}
