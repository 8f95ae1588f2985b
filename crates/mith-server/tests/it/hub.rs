//! What Hub clients ask for and what they must find in the answers.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer, safetensors};

const REPO: &str = "acme/tiny-bert";
/// The revision of the recording.
const RECORDED: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn server() -> (TestServer, String) {
    let server = TestServer::start().await;
    let weights = safetensors(3 << 20);
    let revision = server
        .add_and_wait(
            REPO,
            &[
                ("README.md", b"# tiny\n"),
                ("config.json", br#"{"model_type": "bert"}"#),
                ("model.safetensors", &weights),
                ("tokenizer.json", b"{}"),
                ("tokenizer_config.json", b"{}"),
                ("vocab.txt", b"a\nb\n"),
            ],
        )
        .await;
    assert_eq!(revision["state"], "admitted", "{revision}");
    let revision = revision["revision"].as_str().unwrap().to_owned();
    (server, revision)
}

/// What every answer that carries a file, or says that there is none, must have.
fn check_headers(path: &str, answer: &Answer, revision: &str) {
    for (name, value) in &answer.headers {
        let line = format!("{name}: {value}").to_ascii_lowercase();
        assert!(!line.contains("xet"), "{path}: {line}");
    }
    assert_eq!(answer.header("content-encoding"), None, "{path}");
    assert!(
        !answer.text().to_ascii_lowercase().contains("xet"),
        "{path}: {}",
        answer.text()
    );
    if !path.contains("/resolve/") {
        return;
    }
    assert_eq!(answer.header("x-repo-commit"), Some(revision), "{path}");
    if answer.status == 404 {
        assert_eq!(
            answer.header("x-error-code"),
            Some("EntryNotFound"),
            "{path}"
        );
        return;
    }
    let etag = answer.header("etag").unwrap();
    assert!(
        etag.starts_with('"') && etag.ends_with('"'),
        "{path}: {etag}"
    );
    assert_eq!(answer.header("accept-ranges"), Some("bytes"), "{path}");
    assert!(answer.header("content-length").is_some(), "{path}");
}

#[tokio::test]
async fn answers_what_hub_2_4_0_asks_when_it_reads() {
    let (server, revision) = server().await;
    let recorded = include_str!("../../testdata/hub-2.4.0/reads.jsonl");
    for line in recorded.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| recorded[name].as_str();
        let path = text("path").unwrap().replace(RECORDED, &revision);
        let mut request = server.request(text("method").unwrap(), &path);
        for name in ["range", "accept-encoding", "content-type"] {
            if let Some(value) = text(name) {
                request = request.header(name, value);
            }
        }
        let body = text("body").unwrap_or_default().as_bytes().to_vec();
        let answer = request.body(body).send().await;
        assert_eq!(
            answer.status,
            recorded["status"],
            "{line}: {}",
            answer.text()
        );
        check_headers(&path, &answer, &revision);
    }
}

#[tokio::test]
async fn answers_the_whole_recording() {
    let recording = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/vectors/hub/requests.jsonl"
    );
    let Ok(recording) = std::fs::read_to_string(recording) else {
        println!("skipped: the recorded traffic is not beside the workspace");
        return;
    };
    let (server, revision) = server().await;
    let mut seen = std::collections::BTreeSet::new();
    for line in recording.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let (method, path) = (
            recorded["m"].as_str().unwrap(),
            recorded["p"].as_str().unwrap(),
        );
        let is_read = matches!(method, "GET" | "HEAD");
        let is_ours = path.contains(REPO) && recorded["note"] == "";
        // The recorded server invented this folder.
        let is_invented = path.contains("additional_chat_templates");
        let range = recorded["req"]["Range"].as_str().unwrap_or_default();
        if !is_read || !is_ours || is_invented || !seen.insert(format!("{method} {path} {range}")) {
            continue;
        }
        let path = path.replace(RECORDED, &revision);
        let mut request = server.request(method, &path);
        if !range.is_empty() {
            request = request.header("range", range);
        }
        let answer = request.send().await;
        assert_eq!(answer.status, recorded["status"], "{method} {path}");
        check_headers(&path, &answer, &revision);
    }
    assert!(
        seen.len() > 20,
        "only {} requests were replayed",
        seen.len()
    );
}

#[tokio::test]
async fn model_info_has_what_clients_parse() {
    let (server, revision) = server().await;
    let path = format!("/api/models/{REPO}?securityStatus=true&blobs=true");
    let info = server.get(&path).await.json();
    assert_eq!(info["id"], REPO);
    assert_eq!(info["modelId"], REPO);
    assert_eq!(info["sha"], revision);
    for field in ["private", "gated", "disabled"] {
        assert_eq!(info[field], false, "{field}");
    }
    let time = info["lastModified"].as_str().unwrap();
    assert!(
        time.len() == 24 && time.ends_with('Z') && time.contains('.'),
        "{time}"
    );
    assert_eq!(
        info["securityRepoStatus"],
        json!({"scansDone": true, "filesWithIssues": []})
    );
    let siblings = info["siblings"].as_array().unwrap();
    assert_eq!(siblings.len(), 6);
    let weights = siblings
        .iter()
        .find(|file| file["rfilename"] == "model.safetensors")
        .unwrap();
    assert_eq!(weights["lfs"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(weights["lfs"]["size"], weights["size"]);
    assert!(weights["lfs"]["pointerSize"].as_u64().unwrap() > 100);
    assert_eq!(weights["blobId"].as_str().unwrap().len(), 40);
    let pinned = server
        .get(&format!("/api/models/{REPO}/revision/{revision}"))
        .await
        .json();
    assert_eq!(pinned["sha"], revision);
}

#[tokio::test]
async fn an_expanded_tree_has_the_fields_whose_absence_clients_do_not_survive() {
    let (server, revision) = server().await;
    let tree = server
        .get(&format!(
            "/api/models/{REPO}/tree/main?recursive=true&expand=true"
        ))
        .await
        .json();
    for entry in tree.as_array().unwrap() {
        assert_eq!(entry["lastCommit"]["id"], revision, "{entry}");
        assert!(
            entry["lastCommit"]["title"].is_string() && entry["lastCommit"]["date"].is_string()
        );
        let security = entry["securityFileStatus"].as_object().unwrap();
        for field in ["status", "avScan", "pickleImportScan"] {
            assert!(security.contains_key(field), "{entry}");
        }
        assert_eq!(security["status"], "safe");
    }
}

#[tokio::test]
async fn a_folder_is_listed_with_and_without_what_lies_below() {
    let server = TestServer::start().await;
    let files: [(&str, &[u8]); 4] = [
        ("a.txt", b"a"),
        ("b/c.txt", b"c"),
        ("b/d/e.txt", b"e"),
        ("b-side.txt", b"f"),
    ];
    server.add_and_wait("acme/x", &files).await;
    let paths = |answer: Answer| -> Vec<String> {
        let mut paths: Vec<String> = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                format!(
                    "{}:{}",
                    &entry["type"].as_str().unwrap()[..1],
                    entry["path"].as_str().unwrap()
                )
            })
            .collect();
        paths.sort();
        paths
    };
    let list = |tail: &str| {
        let path = format!("/api/models/acme/x/tree/main{tail}");
        let server = &server;
        async move { paths(server.get(&path).await) }
    };
    assert_eq!(list("").await, ["d:b", "f:a.txt", "f:b-side.txt"]);
    assert_eq!(
        list("?recursive=true").await,
        [
            "d:b",
            "d:b/d",
            "f:a.txt",
            "f:b-side.txt",
            "f:b/c.txt",
            "f:b/d/e.txt"
        ]
    );
    assert_eq!(list("/b").await, ["d:b/d", "f:b/c.txt"]);
    assert_eq!(list("/b%2Fd").await, ["f:b/d/e.txt"]);
    let missing = server.get("/api/models/acme/x/tree/main/nope").await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("x-error-code"), Some("EntryNotFound"));
    assert!(missing.header("x-repo-commit").is_some());
}

#[tokio::test]
async fn a_long_tree_comes_in_pages_of_one_revision() {
    let server = TestServer::start().await;
    let names: Vec<String> = (0..7).map(|number| format!("f{number}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), name.as_bytes()))
        .collect();
    let revision = server.add_and_wait("acme/x", &files).await;
    let mut next = Some("/api/models/acme/x/tree/main?recursive=true&limit=3".to_owned());
    let mut seen = Vec::new();
    let mut pages = 0;
    while let Some(path) = next {
        let answer = server.get(&path).await;
        pages += 1;
        for entry in answer.json().as_array().unwrap() {
            seen.push(entry["path"].as_str().unwrap().to_owned());
        }
        next = answer.header("link").map(|link| {
            let (address, rel) = link.split_once(">; ").unwrap();
            assert_eq!(rel, "rel=\"next\"");
            let path = address.strip_prefix('<').unwrap();
            let path = path.strip_prefix(server.running().url()).unwrap();
            assert!(
                path.contains(revision["revision"].as_str().unwrap()),
                "{path}"
            );
            path.to_owned()
        });
    }
    assert_eq!((pages, seen), (3, names));
}

#[tokio::test]
async fn paths_info_takes_forms_and_json_and_leaves_out_what_is_not_there() {
    let (server, _) = server().await;
    let path = format!("/api/models/{REPO}/paths-info/main");
    let form = server
        .request("POST", &path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(b"paths=config.json&paths=nope&paths=model.safetensors&expand=true".to_vec())
        .send()
        .await;
    let json = server
        .request("POST", &path)
        .header("content-type", "application/json")
        .body(br#"{"paths":["config.json","nope","model.safetensors"],"expand":true}"#.to_vec())
        .send()
        .await;
    assert_eq!(form.json(), json.json());
    let entries = form.json();
    assert_eq!(entries.as_array().unwrap().len(), 2);
    assert_eq!(entries[0]["path"], "config.json");
    assert!(entries[0].get("lfs").is_none());
    assert!(entries[1]["lfs"]["oid"].is_string());
    let nonsense = server.request("POST", &path).body(vec![0xff]).send().await;
    assert_eq!(nonsense.status, 400);
}

#[tokio::test]
async fn commits_and_refs_name_admitted_revisions_only() {
    let (server, first) = server().await;
    let denied = server
        .add_and_wait(REPO, &[("bad.pkl", crate::support::MALICIOUS_PICKLE)])
        .await;
    assert_eq!(denied["state"], "denied");
    let second = server.add_and_wait(REPO, &[("config.json", b"{}")]).await;
    let second = second["revision"].as_str().unwrap().to_owned();
    let refs = server
        .get(&format!("/api/models/{REPO}/refs?include_prs=1"))
        .await;
    assert_eq!(
        refs.json(),
        json!({
            "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": second}],
            "converts": [], "tags": [], "pullRequests": []
        })
    );
    let all = server
        .get(&format!("/api/models/{REPO}/commits/main"))
        .await;
    let listed = all.json();
    let ids: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|commit| commit["id"].as_str().unwrap())
        .collect();
    assert!(listed[0]["authors"][0]["user"].is_string());
    assert_eq!(ids, [second.as_str(), first.as_str()]);
    assert_eq!(all.header("x-total-count"), Some("2"));
    let older = server
        .get(&format!("/api/models/{REPO}/commits/{first}"))
        .await;
    assert_eq!(older.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_admitted_models_by_a_part_of_their_name() {
    let server = TestServer::start().await;
    server.add_and_wait("acme/one", &[("a.txt", b"1")]).await;
    server.add_and_wait("acme/two", &[("a.txt", b"2")]).await;
    server.add_and_wait("other/three", &[("a.txt", b"3")]).await;
    server
        .add_and_wait("acme/bad", &[("a.pkl", crate::support::MALICIOUS_PICKLE)])
        .await;
    let ids = |answer: &Answer| -> Vec<String> {
        let models = answer.json();
        let models = models.as_array().unwrap();
        models
            .iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = server.get("/api/models").await;
    assert_eq!(ids(&all), ["acme/one", "acme/two", "other/three"]);
    assert_eq!(
        ids(&server.get("/api/models?search=ONE").await),
        ["acme/one"]
    );
    assert_eq!(
        ids(&server.get("/api/models?author=acme").await),
        ["acme/one", "acme/two"]
    );
    let page = server.get("/api/models?limit=1").await;
    assert_eq!(ids(&page), ["acme/one"]);
    let link = page.header("link").unwrap();
    let next = link.split_once('>').unwrap().0.trim_start_matches('<');
    let next = next.strip_prefix(server.running().url()).unwrap();
    assert_eq!(ids(&server.get(next).await), ["acme/two"]);
}

#[tokio::test]
async fn what_would_change_a_model_is_answered_with_what_to_do() {
    let (server, _) = server().await;
    for (method, path) in [
        ("POST", "/api/models/acme/x/preupload/main"),
        ("POST", "/api/models/acme/x/commit/main"),
        ("GET", "/api/models/acme/x/xet-write-token/main"),
        ("GET", "/api/models/acme/tiny-bert/xet-read-token/main"),
        ("POST", "/acme/x.git/info/lfs/objects/batch"),
        ("POST", "/api/repos/create"),
        ("PUT", "/api/models/acme/x/settings"),
        ("POST", "/api/models/acme/x/branch/b"),
        ("POST", "/api/models/acme/x/tag/main"),
    ] {
        let answer = server
            .request(method, path)
            .body(b"{}".to_vec())
            .send()
            .await;
        assert_eq!(answer.status, 501, "{method} {path}");
        let message = answer.header("x-error-message").unwrap();
        assert!(message.contains("mith registry add"), "{message}");
        assert_eq!(answer.json()["error"], message);
    }
    for path in [
        "/api/datasets/acme/x",
        "/datasets/acme/x/resolve/main/a",
        "/api/spaces/acme/x",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer
                .header("x-error-message")
                .unwrap()
                .contains("models only")
        );
    }
    for path in [
        "/api/models/acme/tiny-bert/discussions?p=0",
        "/api/unheard-of",
        "/acme/tiny-bert",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("x-error-message").is_some(), "{path}");
    }
    let wrong = server
        .request("DELETE", "/acme/tiny-bert/resolve/main/config.json")
        .send()
        .await;
    assert_eq!(
        (wrong.status, wrong.header("allow")),
        (405, Some("GET, HEAD"))
    );
}

#[tokio::test]
async fn a_bare_name_works_like_any_other() {
    let server = TestServer::start().await;
    let revision = server.add_and_wait("gpt2", &[("config.json", b"{}")]).await;
    assert_eq!(revision["repo"], "gpt2");
    assert_eq!(
        server.get("/gpt2/resolve/main/config.json").await.text(),
        "{}"
    );
    assert_eq!(server.get("/api/models/gpt2").await.json()["id"], "gpt2");
    let tree = server
        .get("/api/models/gpt2/tree/main?recursive=true")
        .await;
    assert_eq!(tree.json()[0]["path"], "config.json");
    assert_eq!(
        server.get("/api/mith/v1/models/gpt2").await.json()["repo"],
        "gpt2"
    );
}
