//! Who may ask: tokens in the header alone, on everything but the three open addresses.

use crate::support::{TestServer, clean_files};

const CLOSED: [(&str, &str); 14] = [
    ("GET", "/api/mith/v1/models"),
    ("GET", "/api/mith/v1/models/acme/x"),
    ("GET", "/api/mith/v1/models/acme/x/revisions/latest"),
    (
        "POST",
        "/api/mith/v1/models/acme/x/revisions/latest/approve",
    ),
    ("POST", "/api/mith/v1/uploads"),
    ("PUT", "/api/mith/v1/uploads/x/files/a"),
    ("POST", "/api/mith/v1/uploads/x/commit"),
    ("DELETE", "/api/mith/v1/uploads/x"),
    ("GET", "/api/whoami-v2"),
    ("GET", "/api/models"),
    ("GET", "/api/models/acme/x"),
    ("GET", "/api/models/acme/x/tree/main"),
    ("GET", "/acme/x/resolve/main/config.json"),
    ("HEAD", "/acme/x/resolve/main/config.json"),
];

#[tokio::test]
async fn nothing_but_the_open_addresses_answers_without_a_token() {
    let server = TestServer::start_without_workers().await;
    server.add("acme/x", &clean_files()).await;
    let wrong = format!("Bearer hf_{}", "A".repeat(40));
    for (method, path) in CLOSED {
        let bare = server.anonymous(method, path).send().await;
        assert_eq!(bare.status, 401, "{method} {path}");
        for authorization in [
            wrong.as_str(),
            "Bearer ",
            "Basic aGY6aGY=",
            &server.token,
            &format!("Bearer {}x", server.token),
        ] {
            let answer = server
                .anonymous(method, path)
                .header("authorization", authorization)
                .send()
                .await;
            assert_eq!(answer.status, 401, "{method} {path} {authorization}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    for path in [
        "/healthz",
        "/login",
        "/static/mith.css",
        "/api/agent-harnesses",
    ] {
        let answer = server.anonymous("GET", path).send().await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_in_an_address_or_a_cookie_opens_nothing() {
    let server = TestServer::start().await;
    let token = server.token.clone();
    for path in [
        format!("/api/whoami-v2?token={token}"),
        format!("/api/whoami-v2?access_token={token}"),
        format!("/api/whoami-v2?authorization=Bearer%20{token}"),
    ] {
        let answer = server.anonymous("GET", &path).send().await;
        assert_eq!(answer.status, 401, "{path}");
    }
    for cookie in ["token", "mith_session", "hf_token"] {
        let answer = server
            .anonymous("GET", "/api/whoami-v2")
            .header("cookie", &format!("{cookie}={token}"))
            .send()
            .await;
        assert_eq!(answer.status, 401, "{cookie}");
    }
}

#[tokio::test]
async fn a_client_without_a_token_is_told_which_one_is_needed() {
    let server = TestServer::start().await;
    let answer = server
        .anonymous("HEAD", "/acme/x/resolve/main/config.json")
        .send()
        .await;
    // With this code every client generation shows the message; with a bare 401 none does.
    assert_eq!(answer.header("x-error-code"), Some("GatedRepo"));
    let message = answer.header("x-error-message").unwrap();
    assert!(message.contains("internal model registry") && message.contains("HF_TOKEN"));
    assert!(message.contains(server.running().url()), "{message}");
}

#[tokio::test]
async fn every_answer_is_inert_in_a_browser() {
    let server = TestServer::start_without_workers().await;
    for path in [
        "/healthz",
        "/api/mith/v1/models",
        "/api/whoami-v2",
        "/acme/x/resolve/main/a",
        "/login",
        "/static/htmx-2.0.11.min.js",
        "/nowhere",
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_slow_head_is_closed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = TestServer::start_with(|config| {
        config.bounds.header_timeout = std::time::Duration::from_millis(300);
    })
    .await;
    let mut stream = tokio::net::TcpStream::connect(server.running().address())
        .await
        .unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n")
        .await
        .unwrap();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(
        std::time::Duration::from_secs(10),
        stream.read_to_end(&mut rest),
    )
    .await;
    assert!(closed.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn a_client_that_stops_reading_is_let_go() {
    use tokio::io::AsyncWriteExt;
    let mut server = TestServer::start_with(|config| {
        config.bounds.stall_timeout = std::time::Duration::from_millis(300);
    })
    .await;
    let large = crate::support::safetensors(24 << 20);
    server
        .add_and_wait("acme/x", &[("model.safetensors", &large)])
        .await;
    let mut stream = tokio::net::TcpStream::connect(server.running().address())
        .await
        .unwrap();
    let request = format!(
        "GET /acme/x/resolve/main/model.safetensors HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\r\n",
        server.token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    // A connection that were still being written would hold up the end.
    let started = std::time::Instant::now();
    server.take().stop().await;
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    drop(stream);
}
