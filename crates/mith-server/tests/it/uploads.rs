//! Uploads: what goes in, what is refused, and that nothing shows before a commit.

use mith_core::Digest;
use serde_json::json;

use crate::support::{TestServer, clean_files, list};

#[tokio::test]
async fn a_clean_model_goes_in_and_is_admitted() {
    let server = TestServer::start().await;
    let revision = server.add_and_wait("acme/tiny-bert", &clean_files()).await;
    assert_eq!(revision["state"], "admitted", "{revision}");
    assert_eq!(revision["verdict"], "clean");
    assert_eq!(revision["report"]["schema"], "mith.scan/1");
    assert_eq!(revision["files"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn refuses_bytes_that_differ_from_their_digest() {
    let server = TestServer::start_without_workers().await;
    let upload = server.open_upload("acme/x").await;
    let answer = server
        .request("PUT", &format!("/api/mith/v1/uploads/{upload}/files/a.txt"))
        .header("x-mith-sha256", &Digest::of(b"other").to_hex())
        .body(b"some bytes".to_vec())
        .send()
        .await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    let commit = server
        .api(
            "POST",
            &format!("/uploads/{upload}/commit"),
            &json!({"files": list(&[("a.txt", b"some bytes")])}),
        )
        .await;
    assert_eq!(commit.status, 409, "{}", commit.text());
}
