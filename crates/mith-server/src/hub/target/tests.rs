use super::{RevisionName, Target};

fn file(path: &str) -> (String, RevisionName, String) {
    match Target::parse(path).unwrap() {
        Target::File {
            repo,
            revision,
            path,
        } => (repo.to_string(), revision, path.to_string()),
        other => panic!("{path} is {other:?}"),
    }
}

fn named(text: &str) -> RevisionName {
    RevisionName::Named(text.to_owned())
}

#[test]
fn reads_files_by_the_resolve_marker() {
    let expected = |repo: &str, revision, path: &str| (repo.to_owned(), revision, path.to_owned());
    assert_eq!(
        file("/acme/tiny-bert/resolve/main/config.json"),
        expected("acme/tiny-bert", RevisionName::Main, "config.json")
    );
    assert_eq!(
        file("/gpt2/resolve/main/onnx/model.onnx"),
        expected("gpt2", RevisionName::Main, "onnx/model.onnx")
    );
    assert_eq!(
        file("/acme/x/resolve/refs%2Fpr%2F1/a%20b.txt"),
        expected("acme/x", named("refs/pr/1"), "a b.txt")
    );
    assert_eq!(
        file("/acme/x/resolve/refs/pr/1/a.txt"),
        expected("acme/x", named("refs/pr/1"), "a.txt")
    );
    assert_eq!(
        file("/acme/x/raw/refs%2Fheads%2Fmain/a.txt"),
        expected("acme/x", RevisionName::Main, "a.txt")
    );
}

#[test]
fn a_folder_named_resolve_stays_part_of_the_path() {
    let (repo, _, path) = file("/acme/x/resolve/main/resolve/main/a");
    assert_eq!((repo.as_str(), path.as_str()), ("acme/x", "resolve/main/a"));
}

#[test]
fn reads_the_api_of_plain_and_bare_names() {
    let cases = [
        ("/api/models/acme/x", "Info acme/x main"),
        ("/api/models/gpt2", "Info gpt2 main"),
        ("/api/models/acme/x/revision/main", "Info acme/x main"),
        ("/api/models/gpt2/revision/abc", "Info gpt2 abc"),
        ("/api/models/acme/x/tree/main", "Tree acme/x main -"),
        ("/api/models/acme/x/tree/main/a%2Fb", "Tree acme/x main a/b"),
        ("/api/models/acme/x/tree/main/a/b", "Tree acme/x main a/b"),
        ("/api/models/gpt2/tree/main/a", "Tree gpt2 main a"),
        ("/api/models/acme/x/refs", "Refs acme/x"),
        ("/api/models/gpt2/refs", "Refs gpt2"),
        ("/api/models/acme/x/commits/main", "Commits acme/x main"),
        ("/api/models/acme/x/paths-info/main", "Paths acme/x main"),
        ("/api/models/acme/x/auth-check", "Auth acme/x"),
        ("/api/models/gpt2/auth-check", "Auth gpt2"),
    ];
    for (path, expected) in cases {
        let name = |revision| match revision {
            RevisionName::Main => "main".to_owned(),
            RevisionName::Named(name) => name,
        };
        let found = match Target::parse(path).unwrap() {
            Target::Info { repo, revision } => format!("Info {repo} {}", name(revision)),
            Target::Tree {
                repo,
                revision,
                folder,
            } => format!(
                "Tree {repo} {} {}",
                name(revision),
                folder.map_or("-".to_owned(), |folder| folder.to_string())
            ),
            Target::Refs { repo } => format!("Refs {repo}"),
            Target::Commits { repo, revision } => format!("Commits {repo} {}", name(revision)),
            Target::PathsInfo { repo, revision } => format!("Paths {repo} {}", name(revision)),
            Target::AuthCheck { repo } => format!("Auth {repo}"),
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn knows_what_would_change_a_model_and_what_is_not_a_model() {
    for path in [
        "/api/models/acme/x/preupload/main",
        "/api/models/acme/x/commit/main",
        "/api/models/acme/x/xet-write-token/main",
        "/api/models/acme/x/xet-read-token/main",
        "/api/models/acme/x/settings",
        "/api/models/acme/x/branch/b",
        "/api/models/acme/x/tag/main",
        "/api/repos/create",
        "/acme/x.git/info/lfs/objects/batch",
    ] {
        assert_eq!(Target::parse(path).unwrap(), Target::Write, "{path}");
    }
    for path in [
        "/datasets/acme/x/resolve/main/a",
        "/spaces/acme/x/resolve/main/a",
        "/api/datasets/acme/x",
        "/api/spaces/acme/x",
    ] {
        assert_eq!(Target::parse(path).unwrap(), Target::OtherKind, "{path}");
    }
    for path in [
        "/",
        "/acme",
        "/acme/x",
        "/acme/x/blob/main/a",
        "/api/models/acme/x/discussions",
        "/api/models/acme/x/tree",
        "/acme/x/resolve",
        "/cas/v1/reconstructions/00",
    ] {
        assert_eq!(Target::parse(path).unwrap(), Target::Unknown, "{path}");
    }
}

#[test]
fn refuses_traversal_in_every_encoding() {
    for path in [
        "/acme/x/resolve/main/../../etc/passwd",
        "/acme/x/resolve/main/%2e%2e/%2E%2E/etc/passwd",
        "/acme/x/resolve/main/a/..%2fb",
        "/acme/x/resolve/main/%00",
        "/acme/x/resolve/main/a%00.json",
        "/acme/x/resolve/main/a%5cb",
        "/acme/x/resolve/main/%ff",
        "/acme/x/resolve/main//a",
        "/acme/x/resolve/main/",
        "/acme/x/resolve/main/%2fetc/passwd",
        "/acme/x/resolve/main/.git/config",
        "/%2e%2e/x/resolve/main/a",
        "/acme/%2e%2e%2fx/resolve/main/a",
        "/api/models/../x/tree/main",
        "/api/models/acme/x/tree/main/%2e%2e",
    ] {
        assert!(Target::parse(path).is_err(), "{path}");
    }
}
