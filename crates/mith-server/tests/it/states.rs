//! The invariant: nothing of a revision that is not admitted reaches a Hub client, by any route, method or header.

use mith_core::Digest;
use serde_json::Value;

use crate::support::{Answer, MALICIOUS_PICKLE, TestServer};

/// A name and bytes that no refusal has a reason to show.
const NAME: &str = "unspoken-name.txt";
const SMALL: &[u8] = b"UNSPOKEN-BYTES-OF-A-SMALL-FILE";

fn large() -> Vec<u8> {
    b"UNSPOKEN-BYTES-OF-A-LARGE-FILE ".repeat(4_000)
}

struct Hidden {
    repo: &'static str,
    revision: String,
    status: u16,
    code: &'static str,
    word: &'static str,
}

/// One model in each state that is not `admitted`.
async fn hidden_models(server: &mut TestServer) -> Vec<Hidden> {
    let large = large();
    let with = |name: &'static str, bytes: &'static [u8]| -> Vec<(&'static str, Vec<u8>)> {
        vec![
            (NAME, SMALL.to_vec()),
            ("large.txt", large.clone()),
            (name, bytes.to_vec()),
        ]
    };
    let models = [
        ("acme/denied", with("model.pkl", MALICIOUS_PICKLE), "denied"),
        ("acme/held", with("code.py", b"print(1)\n"), "held"),
        ("acme/refused", with("code.py", b"print(2)\n"), "held"),
        ("acme/withdrawn", with("note.txt", b"note"), "admitted"),
    ];
    let mut revisions = std::collections::BTreeMap::new();
    for (repo, files, state) in models {
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (*name, bytes.as_slice()))
            .collect();
        let revision = server.add_and_wait(repo, &files).await;
        assert_eq!(revision["state"], state, "{revision}");
        revisions.insert(repo, revision["revision"].as_str().unwrap().to_owned());
    }
    // Read once while it may be read, so that nothing kept in memory can leak it afterwards.
    let read = server
        .get(&format!("/acme/withdrawn/resolve/main/{NAME}"))
        .await;
    assert_eq!(read.body, SMALL);
    assert_eq!(server.decide("acme/refused", "deny").await.status, 200);
    assert_eq!(
        server.decide("acme/withdrawn", "withdraw").await.status,
        200
    );
    server.kill_and_restart(|config| config.workers = 0).await;
    let scanning = server
        .add("acme/scanning", &[(NAME, SMALL), ("large.txt", &large)])
        .await;
    revisions.insert(
        "acme/scanning",
        scanning["revision"].as_str().unwrap().to_owned(),
    );
    [
        (
            "acme/denied",
            403,
            "GatedRepo",
            "refused acme/denied: malicious",
        ),
        (
            "acme/held",
            403,
            "GatedRepo",
            "holds acme/held for a review",
        ),
        ("acme/refused", 403, "GatedRepo", "because of deny"),
        (
            "acme/withdrawn",
            404,
            "RevisionNotFound",
            "because of withdraw",
        ),
        ("acme/scanning", 403, "GatedRepo", "still scanning"),
    ]
    .into_iter()
    .map(|(repo, status, code, word)| Hidden {
        repo,
        revision: revisions[repo].clone(),
        status,
        code,
        word,
    })
    .collect()
}

/// Every reading route of the Hub for one model and one name of a revision.
fn routes(repo: &str, revision: &str) -> Vec<(&'static str, String)> {
    let mut routes = Vec::new();
    for path in [NAME, "large.txt", "code.py", "model.pkl", "nope"] {
        for word in ["resolve", "raw"] {
            routes.push(("GET", format!("/{repo}/{word}/{revision}/{path}")));
        }
    }
    for tail in [
        format!("/revision/{revision}?blobs=true&securityStatus=true"),
        format!("/tree/{revision}"),
        format!("/tree/{revision}?recursive=true&expand=true"),
        format!("/tree/{revision}/{NAME}"),
        format!("/commits/{revision}"),
    ] {
        routes.push(("GET", format!("/api/models/{repo}{tail}")));
    }
    for tail in [
        "",
        "?blobs=true",
        "/refs",
        "/refs?include_prs=1",
        "/auth-check",
    ] {
        routes.push(("GET", format!("/api/models/{repo}{tail}")));
    }
    routes.push(("POST", format!("/api/models/{repo}/paths-info/{revision}")));
    routes
}

fn check_nothing_leaks(what: &str, answer: &Answer) {
    let shown = format!("{:?} {}", answer.headers, answer.text());
    for secret in [
        "UNSPOKEN-BYTES".to_owned(),
        NAME.to_owned(),
        Digest::of(SMALL).to_hex(),
        Digest::of(&large()).to_hex(),
    ] {
        assert!(!shown.contains(&secret), "{what} shows {secret}: {shown}");
    }
    assert_eq!(answer.header("etag"), None, "{what}");
    assert_eq!(answer.header("x-repo-commit"), None, "{what}");
}

#[tokio::test]
async fn nothing_of_a_revision_that_is_not_admitted_is_ever_shown() {
    let mut server = TestServer::start().await;
    let hidden = hidden_models(&mut server).await;
    let tag = format!("\"{}\"", Digest::of(&large()));
    let headers: [&[(&str, &str)]; 4] = [
        &[],
        &[("range", "bytes=0-9")],
        &[("if-none-match", &tag)],
        &[("if-none-match", "*"), ("range", "bytes=-1")],
    ];
    for model in &hidden {
        let upper = model.revision.to_uppercase();
        for name in [
            "main",
            "HEAD",
            "refs%2Fheads%2Fmain",
            "refs/heads/main",
            &model.revision,
            &model.revision[..12],
            &upper,
        ] {
            for (method, path) in routes(model.repo, name) {
                let methods: &[&str] = if method == "GET" {
                    &["GET", "HEAD"]
                } else {
                    &["POST"]
                };
                for method in methods {
                    for headers in headers {
                        let mut request = server.request(method, &path);
                        for (name, value) in headers {
                            request = request.header(name, value);
                        }
                        let body = if *method == "POST" {
                            format!("paths={NAME}&paths=large.txt&expand=true").into_bytes()
                        } else {
                            Vec::new()
                        };
                        let answer = request.body(body).send().await;
                        let what = format!("{method} {path} {headers:?}");
                        assert!(
                            matches!(answer.status, 403 | 404),
                            "{what}: {}",
                            answer.status
                        );
                        check_nothing_leaks(&what, &answer);
                    }
                }
            }
        }
    }
    for path in [
        "/api/models",
        "/api/models?search=acme",
        "/api/models?full=true",
    ] {
        assert_eq!(server.get(path).await.text(), "[]", "{path}");
    }
}

#[tokio::test]
async fn each_state_is_refused_in_the_way_that_clients_show() {
    let mut server = TestServer::start().await;
    let hidden = hidden_models(&mut server).await;
    for model in &hidden {
        for revision in ["main", model.revision.as_str()] {
            for (method, path) in [
                ("HEAD", format!("/{}/resolve/{revision}/{NAME}", model.repo)),
                ("GET", format!("/{}/resolve/{revision}/{NAME}", model.repo)),
                (
                    "GET",
                    format!("/api/models/{}/revision/{revision}", model.repo),
                ),
                ("GET", format!("/api/models/{}", model.repo)),
            ] {
                let answer = server.request(method, &path).send().await;
                let what = format!("{method} {path}");
                assert_eq!(answer.status, model.status, "{what}");
                assert_eq!(answer.header("x-error-code"), Some(model.code), "{what}");
                let message = answer.header("x-error-message").unwrap();
                assert!(message.contains(model.word), "{what}: {message}");
                assert!(message.contains("internal model registry"), "{message}");
                let page = format!("{}/models/{}", server.running().url(), model.repo);
                assert!(message.ends_with(&page), "{message}");
                assert!(message.len() <= 900 && message.is_ascii());
                assert_eq!(
                    answer.header("x-hf-warning"),
                    Some(format!("mithridate; {message}").as_str()),
                    "{what}"
                );
                if method == "GET" {
                    assert_eq!(answer.json()["error"], message, "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn clients_keep_the_last_admitted_revision_while_a_newer_one_is_refused() {
    let server = TestServer::start().await;
    let good = server
        .add_and_wait("acme/x", &[("config.json", b"{}")])
        .await;
    let bad = server
        .add_and_wait(
            "acme/x",
            &[
                ("config.json", b"[]"),
                (NAME, SMALL),
                ("a.pkl", MALICIOUS_PICKLE),
            ],
        )
        .await;
    assert_eq!(bad["state"], "denied");
    let answer = server.get("/acme/x/resolve/main/config.json").await;
    assert_eq!(answer.text(), "{}");
    assert_eq!(answer.header("x-repo-commit"), good["revision"].as_str());
    let tree = server
        .get("/api/models/acme/x/tree/main?recursive=true")
        .await;
    assert!(!tree.text().contains(NAME), "{}", tree.text());
    let missing = server.get(&format!("/acme/x/resolve/main/{NAME}")).await;
    assert_eq!(missing.header("x-error-code"), Some("EntryNotFound"));
    let pinned = format!(
        "/acme/x/resolve/{}/config.json",
        bad["revision"].as_str().unwrap()
    );
    assert_eq!(server.get(&pinned).await.status, 403);
}

#[tokio::test]
async fn a_held_revision_is_read_after_its_approval_and_not_after_its_withdrawal() {
    let server = TestServer::start().await;
    let files: [(&str, &[u8]); 2] = [("config.json", b"{}"), ("code.py", b"print(1)\n")];
    assert_eq!(server.add_and_wait("acme/x", &files).await["state"], "held");
    let path = "/acme/x/resolve/main/config.json";
    assert_eq!(server.get(path).await.status, 403);
    let approved = server.decide("acme/x", "approve").await;
    assert_eq!(approved.json()["state"], "admitted", "{}", approved.text());
    assert_eq!(server.get(path).await.text(), "{}");
    let info = server
        .get("/api/models/acme/x?securityStatus=true")
        .await
        .json();
    assert_eq!(
        info["securityRepoStatus"]["filesWithIssues"][0]["path"],
        "code.py"
    );
    let withdrawn = server.decide("acme/x", "withdraw").await;
    assert_eq!(withdrawn.json()["state"], "withdrawn");
    let refused = server.get(path).await;
    assert_eq!(refused.status, 404);
    assert_eq!(refused.header("x-error-code"), Some("RevisionNotFound"));
}

#[tokio::test]
async fn what_is_malicious_can_never_be_approved() {
    let server = TestServer::start().await;
    server
        .add_and_wait("acme/x", &[("a.pkl", MALICIOUS_PICKLE)])
        .await;
    let answer = server.decide("acme/x", "approve").await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("malicious")
    );
    for (change, reason, status) in [
        ("approve", "", 400),
        ("approve", "   ", 400),
        ("withdraw", "because", 409),
        ("promote", "because", 404),
    ] {
        let path = format!("/models/acme/x/revisions/latest/{change}");
        let answer = server
            .api("POST", &path, &serde_json::json!({"reason": reason}))
            .await;
        assert_eq!(
            answer.status,
            status,
            "{change} {reason:?}: {}",
            answer.text()
        );
        assert!(answer.json()["error"].is_string());
    }
}

#[tokio::test]
async fn the_api_shows_reviewers_what_clients_do_not_see() {
    let server = TestServer::start().await;
    let revision = server
        .add_and_wait("acme/x", &[(NAME, SMALL), ("a.pkl", MALICIOUS_PICKLE)])
        .await;
    assert_eq!(revision["decision"]["outcome"], "deny");
    let reason = &revision["decision"]["reasons"][0];
    assert_eq!(reason["path"], "a.pkl", "{revision}");
    assert!(
        reason["message"].as_str().unwrap().contains("system"),
        "{reason}"
    );
    let detail = server.get("/api/mith/v1/models/acme/x").await.json();
    assert_eq!(detail["main"], Value::Null);
    assert_eq!(detail["revisions"][0]["files"].as_array().unwrap().len(), 2);
    assert!(detail["revisions"][0].get("report").is_none());
    let list = server.get("/api/mith/v1/models?search=ACME").await.json();
    assert_eq!(list["models"][0]["state"], "denied");
    assert_eq!(list["models"][0]["verdict"], "malicious");
    let unknown = server.get("/api/mith/v1/models/acme/none").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.json()["error"]
            .as_str()
            .unwrap()
            .contains("acme/none")
    );
}
