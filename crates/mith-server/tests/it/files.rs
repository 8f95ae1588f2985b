//! The bytes of files: ranges, tags, headers, and names that must lead nowhere.

use mith_core::Digest;

use crate::support::{Answer, TestServer, encode, safetensors};

const WEIGHTS: &str = "/acme/x/resolve/main/model.safetensors";
const CONFIG: &str = "/acme/x/resolve/main/config.json";
const CONFIG_BYTES: &[u8] = br#"{"model_type": "bert"}"#;

async fn server() -> (TestServer, Vec<u8>) {
    let server = TestServer::start().await;
    let weights = safetensors(1_000_003);
    let revision = server
        .add_and_wait(
            "acme/x",
            &[
                ("config.json", CONFIG_BYTES),
                ("model.safetensors", &weights),
            ],
        )
        .await;
    assert_eq!(revision["state"], "admitted", "{revision}");
    (server, weights)
}

async fn ranged(server: &TestServer, path: &str, range: &str) -> Answer {
    server
        .request("GET", path)
        .header("range", range)
        .send()
        .await
}

#[tokio::test]
async fn the_bytes_are_those_that_were_added() {
    let (server, weights) = server().await;
    for _ in 0..2 {
        assert_eq!(server.get(CONFIG).await.body, CONFIG_BYTES);
        assert_eq!(server.get(WEIGHTS).await.body, weights);
    }
}

#[tokio::test]
async fn tags_are_the_ids_that_clients_name_their_cache_by() {
    let (server, weights) = server().await;
    let config = server.get(CONFIG).await;
    // `git hash-object` of the same bytes.
    assert_eq!(
        config.header("etag"),
        Some("\"46332c50668921e90868a1d44a2550bb60ffdb1d\"")
    );
    assert_eq!(config.header("x-linked-etag"), None);
    let file = server.get(WEIGHTS).await;
    let tag = format!("\"{}\"", Digest::of(&weights));
    assert_eq!(file.header("etag"), Some(tag.as_str()));
    assert_eq!(file.header("x-linked-etag"), Some(tag.as_str()));
    assert_eq!(
        file.header("x-linked-size"),
        Some(weights.len().to_string().as_str())
    );
    assert_eq!(
        file.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(
        file.header("content-disposition"),
        Some("inline; filename*=UTF-8''model.safetensors; filename=\"model.safetensors\";")
    );
}

#[tokio::test]
async fn a_head_has_the_headers_of_its_get() {
    let (server, _) = server().await;
    for path in [
        CONFIG,
        WEIGHTS,
        "/acme/x/resolve/main/nope",
        "/acme/none/resolve/main/nope",
        "/api/models/acme/x",
        "/api/models/acme/x/tree/main",
        "/healthz",
        "/static/mith.css",
    ] {
        for range in [None, Some("bytes=3-9"), Some("bytes=99999999-")] {
            let both = ["GET", "HEAD"].map(|method| {
                let request = server.request(method, path);
                match range {
                    Some(range) => request.header("range", range),
                    None => request,
                }
            });
            let [get, head] = both;
            let (mut get, mut head) = (get.send().await, head.send().await);
            assert_eq!(get.status, head.status, "{path} {range:?}");
            assert!(head.body.is_empty(), "{path} {range:?}");
            get.headers.remove("date");
            head.headers.remove("date");
            assert_eq!(get.headers, head.headers, "{path} {range:?}");
        }
    }
}

#[tokio::test]
async fn one_range_is_answered_with_exactly_its_bytes() {
    let (server, weights) = server().await;
    let size = weights.len();
    for (path, bytes) in [(CONFIG, CONFIG_BYTES), (WEIGHTS, &weights)] {
        let size = bytes.len();
        for (range, start, end) in [
            ("bytes=0-0".to_owned(), 0, 1),
            ("bytes=3-9".to_owned(), 3, 10),
            (format!("bytes={}-", size - 5), size - 5, size),
            ("bytes=-7".to_owned(), size - 7, size),
            ("bytes=0-99999999".to_owned(), 0, size),
            (format!("bytes=-{}", size * 2), 0, size),
        ] {
            let answer = ranged(&server, path, &range).await;
            assert_eq!(answer.status, 206, "{path} {range}");
            assert_eq!(answer.body, bytes[start..end], "{path} {range}");
            assert_eq!(
                answer.header("content-range"),
                Some(format!("bytes {start}-{}/{size}", end - 1).as_str())
            );
        }
    }
    // Over the border of the pieces that the server reads.
    let answer = ranged(&server, WEIGHTS, "bytes=262140-524300").await;
    assert_eq!(answer.body, weights[262_140..524_301]);
    let beyond = ranged(&server, WEIGHTS, &format!("bytes={size}-")).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(
        beyond.header("content-range"),
        Some(format!("bytes */{size}").as_str())
    );
    assert!(beyond.body.is_empty());
    let many = ranged(&server, WEIGHTS, "bytes=0-1,5-6").await;
    assert_eq!((many.status, many.body.len()), (200, size));
}

#[tokio::test]
async fn a_tag_saves_a_second_download() {
    let (server, weights) = server().await;
    let tag = server
        .head(WEIGHTS)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let with = |name: &'static str, value: String| {
        let server = &server;
        async move {
            server
                .request("GET", WEIGHTS)
                .header("range", "bytes=0-9")
                .header(name, &value)
                .send()
                .await
        }
    };
    let known = with("if-none-match", tag.clone()).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), Some(tag.as_str()));
    assert!(known.header("x-repo-commit").is_some());
    assert_eq!(
        with("if-none-match", "\"other\"".to_owned()).await.status,
        206
    );
    assert_eq!(with("if-range", tag).await.status, 206);
    let changed = with("if-range", "\"other\"".to_owned()).await;
    assert_eq!((changed.status, changed.body), (200, weights));
}

#[tokio::test]
async fn odd_names_are_served_under_their_own_name() {
    let server = TestServer::start().await;
    let names = [
        "a b.txt",
        "ünïcode/наме.txt",
        "100%.txt",
        "quote\"and'.txt",
        "semi;colon,.txt",
        "question?.txt",
        "hash#.txt",
        "plus+.txt",
        "resolve/main/x.txt",
    ];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, name.as_bytes())).collect();
    let revision = server.add_and_wait("acme/odd", &files).await;
    assert_eq!(revision["state"], "admitted", "{revision}");
    for name in names {
        let answer = server
            .get(&format!("/acme/odd/resolve/main/{}", encode(name)))
            .await;
        assert_eq!((answer.status, answer.text().as_str()), (200, name));
        let disposition = answer.header("content-disposition").unwrap();
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        assert!(disposition.is_ascii(), "{disposition}");
    }
}

#[tokio::test]
async fn names_that_lead_elsewhere_lead_nowhere() {
    let (server, _) = server().await;
    for tail in [
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "config.json%00",
        "%00",
        "..%5c..%5cmith.db",
        "config.json/..",
        "./config.json",
        "%252e%252e/config.json",
        "%c0%ae%c0%ae/config.json",
    ] {
        for path in [
            format!("/acme/x/resolve/main/{tail}"),
            format!("/acme/x/raw/main/{tail}"),
            format!("/api/models/acme/x/tree/main/{tail}"),
            format!("/static/{tail}"),
            format!("/{tail}"),
        ] {
            let answer = server.get(&path).await;
            assert!(
                matches!(answer.status, 400 | 404),
                "{path}: {}",
                answer.status
            );
            assert!(!answer.text().contains("root:"), "{path}");
        }
    }
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let server = TestServer::start().await;
    server
        .add_and_wait("acme/empty", &[("empty.txt", b""), ("a.txt", b"a")])
        .await;
    let answer = server.get("/acme/empty/resolve/main/empty.txt").await;
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, Some("0"))
    );
    let ranged = ranged(&server, "/acme/empty/resolve/main/empty.txt", "bytes=0-0").await;
    assert_eq!(ranged.status, 416);
}
