//! `mith serve`: its start, its words, its end.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::{Said, Server, collect, command, wait_until};

#[test]
fn first_start_prints_the_token_once_with_what_clients_need() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let log = server.log();
    assert!(server.url.starts_with("http://127.0.0.1:"), "{log}");
    assert!(
        log.contains(&format!("export HF_ENDPOINT={}", server.url)),
        "{log}"
    );
    let token = server.token.clone();
    assert!(token.starts_with("hf_") && token.len() >= 37, "{log}");
    assert!(
        token[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{log}"
    );
    assert_eq!(server.status("/healthz"), 200);
    let (status, log) = server.signal("TERM");
    assert_eq!(status.code(), Some(0), "{log}");
    let again = Server::start(&data);
    assert!(
        again.token.is_empty() && !again.log().contains("hf_"),
        "{}",
        again.log()
    );
}

#[test]
fn ends_well_at_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let (status, log) = Server::start(&folder.path().join("data")).signal("INT");
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("Stopped"), "{log}");
}

#[test]
fn token_file_is_for_its_owner_alone_and_the_token_stays_off_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admin.token");
    let mut child = command(folder.path())
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "data",
            "--admin-token-file",
            "admin.token",
        ])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let stderr = collect(child.stderr.take().unwrap());
    wait_until("the token file is named", || {
        stderr.lock().unwrap().contains("admin.token")
    });
    let token = fs::read_to_string(&file).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(token.trim().starts_with("hf_"), "{token}");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!stderr.lock().unwrap().contains(token.trim()));
}

#[test]
fn address_in_use_is_a_clear_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"));
    let address = server.url.trim_start_matches("http://").to_owned();
    let said = Said::of(
        command(folder.path())
            .args(["serve", "--listen", &address, "--data", "other"])
            .output()
            .unwrap(),
    );
    assert_eq!((said.code, said.stdout.as_str()), (4, ""), "{said}");
    assert!(
        said.stderr.contains(&format!("listen on `{address}`")),
        "{said}"
    );
    assert!(
        said.stderr.contains("in use") && said.stderr.contains("hint: another program"),
        "{said}"
    );
}

#[test]
fn data_folder_that_is_a_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "a file").unwrap();
    let said = Said::of(
        command(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--data", "data"])
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, 4, "{said}");
    assert!(
        said.stderr.contains("`data`") && said.stderr.contains("hint: "),
        "{said}"
    );
}

#[test]
fn other_machines_are_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_at(&folder.path().join("data"), "0.0.0.0:0");
    wait_until("the warning is there", || {
        server.log().contains("plain HTTP")
    });
}

#[test]
fn wrong_address_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let said = Said::of(
        command(folder.path())
            .args(["serve", "--listen", "8080"])
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, 2, "{said}");
}
