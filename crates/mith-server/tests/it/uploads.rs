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

#[tokio::test]
async fn refuses_names_that_lead_elsewhere() {
    let server = TestServer::start_without_workers().await;
    let upload = server.open_upload("acme/x").await;
    let long = "a".repeat(300);
    for path in [
        "..",
        "%2e%2e/etc/passwd",
        "a/../b",
        "a/%2E%2E/b",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "a%00b",
        "a%5cb",
        "a%0ab",
        "a%7fb",
        ".git/config",
        "a//b",
        "%ff%fe",
        long.as_str(),
    ] {
        let answer = server
            .request(
                "PUT",
                &format!("/api/mith/v1/uploads/{upload}/files/{path}"),
            )
            .header("x-mith-sha256", &Digest::of(b"x").to_hex())
            .body(b"x".to_vec())
            .send()
            .await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert!(!answer.json()["error"].as_str().unwrap().is_empty());
    }
    for repo in [
        "../x", "acme/x/y", "acme/..", "api/x", "a\u{0}b", "acme\\x", "",
    ] {
        let answer = server.api("POST", "/uploads", &json!({"repo": repo})).await;
        assert_eq!(answer.status, 400, "{repo:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn refuses_what_lacks_a_length_or_a_digest() {
    let server = TestServer::start_without_workers().await;
    let upload = server.open_upload("acme/x").await;
    let address = format!("/api/mith/v1/uploads/{upload}/files/a.txt");
    let no_digest = server
        .request("PUT", &address)
        .body(b"x".to_vec())
        .send()
        .await;
    assert_eq!(no_digest.status, 400);
    let bad_digest = server
        .request("PUT", &address)
        .header("x-mith-sha256", "abc")
        .body(b"x".to_vec())
        .send()
        .await;
    assert_eq!(bad_digest.status, 400);
    let chunked = server
        .request("PUT", &address)
        .header("x-mith-sha256", &Digest::of(b"x").to_hex())
        .header("transfer-encoding", "chunked")
        .body(b"1\r\nx\r\n0\r\n\r\n".to_vec())
        .send()
        .await;
    assert_eq!(chunked.status, 411, "{}", chunked.text());
}

#[tokio::test]
async fn refuses_a_file_over_the_bound_before_its_bytes() {
    let server = TestServer::start_with(|config| config.bounds.file_bytes = 10).await;
    let upload = server.open_upload("acme/x").await;
    let answer = server.put_file(&upload, "a.txt", b"eleven byte").await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(
        server
            .put_file(&upload, "a.txt", b"ten bytes!")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_commit_must_list_exactly_what_came() {
    let server = TestServer::start_without_workers().await;
    let files: [(&str, &[u8]); 2] = [("a.txt", b"a"), ("b.txt", b"b")];
    let upload = server.open_upload("acme/x").await;
    for (path, bytes) in files {
        server.put_file(&upload, path, bytes).await;
    }
    let commit = |list| {
        let body = json!({"files": list, "message": ""});
        let (server, upload) = (&server, &upload);
        async move {
            server
                .api("POST", &format!("/uploads/{upload}/commit"), &body)
                .await
        }
    };
    for wrong in [
        list(&files[..1]),
        list(&[files[0], files[1], ("c.txt", b"c")]),
        list(&[("a.txt", b"other"), files[1]]),
        list(&[("A.txt", b"a"), files[1]]),
    ] {
        let answer = commit(wrong).await;
        assert_eq!(answer.status, 409, "{}", answer.text());
    }
    assert_eq!(commit(list(&files)).await.status, 202);
    let again = commit(list(&files)).await;
    assert_eq!(
        again.status,
        404,
        "an upload is committed once: {}",
        again.text()
    );
}

#[tokio::test]
async fn an_upload_shows_nowhere_before_its_commit() {
    let server = TestServer::start_without_workers().await;
    let upload = server.open_upload("acme/hidden").await;
    server.put_file(&upload, "config.json", b"{}").await;
    let list = server.get("/api/mith/v1/models").await;
    assert_eq!(list.json(), json!({"models": []}));
    assert_eq!(
        server.get("/api/mith/v1/models/acme/hidden").await.status,
        404
    );
    assert_eq!(server.get("/api/models").await.json(), json!([]));
    let read = server.get("/acme/hidden/resolve/main/config.json").await;
    assert_eq!(read.header("x-error-code"), Some("RepoNotFound"));
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let server = TestServer::start_without_workers().await;
    let upload = server.open_upload("acme/x").await;
    let gone = server
        .api("DELETE", &format!("/uploads/{upload}"), &json!({}))
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(server.put_file(&upload, "a.txt", b"a").await.status, 404);
    assert_eq!(server.put_file("nonsense", "a.txt", b"a").await.status, 404);
}

#[tokio::test]
async fn the_same_files_are_the_same_revision() {
    let server = TestServer::start_without_workers().await;
    let first = server.add("acme/x", &clean_files()).await;
    let second = server.add("acme/x", &clean_files()).await;
    assert_eq!(first["revision"], second["revision"]);
    let third = server.add("acme/x", &[("config.json", b"{}")]).await;
    assert_ne!(first["revision"], third["revision"]);
    assert_eq!(third["parent"], first["revision"]);
}

#[tokio::test]
async fn refuses_bodies_that_are_not_what_is_expected() {
    let server = TestServer::start_with(|config| config.bounds.json_bytes = 1_000).await;
    for body in [
        "",
        "{",
        "[]",
        r#"{"repo":"acme/x","more":1}"#,
        r#"{"repo":1}"#,
    ] {
        let answer = server
            .request("POST", "/api/mith/v1/uploads")
            .body(body.as_bytes().to_vec())
            .send()
            .await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    }
    let answer = server
        .request("POST", "/api/mith/v1/uploads")
        .body(vec![b' '; 2_000])
        .send()
        .await;
    assert_eq!(answer.status, 413, "{}", answer.text());
}
