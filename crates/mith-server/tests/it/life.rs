//! Start, first token, stop, and a kill in the middle.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{TestServer, clean_files};

#[tokio::test]
async fn answers_as_soon_as_it_has_started() {
    let server = TestServer::start().await;
    let answer = server.anonymous("GET", "/healthz").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"status": "ok"}));
}

#[tokio::test]
async fn mints_one_token_and_only_at_the_first_start() {
    let mut server = TestServer::start().await;
    let tail = server.token.strip_prefix("hf_").unwrap();
    assert!(tail.len() >= 34 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    server.kill_and_restart(|_| {}).await;
    assert!(server.running().minted_token().is_none());
    assert_eq!(server.get("/api/mith/v1/models").await.status, 200);
}

#[tokio::test]
async fn writes_the_token_to_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let mut config = mith_server::ServerConfig::new(folder.path().join("data"));
    config.listen.set_port(0);
    config.admin_token_file = Some(file.clone());
    let running = mith_server::Server::start(config).await.unwrap();
    assert!(running.minted_token().is_none());
    let token = std::fs::read_to_string(&file).unwrap();
    assert!(token.starts_with("hf_"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    running.stop().await;
}

#[tokio::test]
async fn a_stopped_server_frees_its_address_and_its_folder() {
    let mut server = TestServer::start().await;
    let address = server.running().address();
    let started = Instant::now();
    server.take().stop().await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    server.kill_and_restart(|_| {}).await;
}

#[tokio::test]
async fn a_scan_goes_on_after_a_kill() {
    let mut server = TestServer::start_without_workers().await;
    let revision = server.add("acme/x", &clean_files()).await;
    assert_eq!(revision["state"], "scanning");
    server.kill_and_restart(|config| config.workers = 1).await;
    let revision = server.wait("acme/x").await;
    assert_eq!(revision["state"], "admitted", "{revision}");
}
