//! What a configuration may say, and how it is refused.

use super::*;

fn parse_text(text: &str) -> Result<Config, Failure> {
    parse(Path::new("/project/mith.toml"), text)
}

#[test]
fn is_found_upward_and_nearest_first() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(
        folder.path().join(FILE_NAME),
        "[scan]\nfail_on = 'malicious'\n",
    )
    .unwrap();
    assert_eq!(
        Config::load_from(&deep).unwrap().scan.fail_on,
        Some(Threshold::Malicious)
    );
    std::fs::write(
        folder.path().join("a").join(FILE_NAME),
        "[scan]\nfail_on = 'unreadable'\n",
    )
    .unwrap();
    assert_eq!(
        Config::load_from(&deep).unwrap().scan.fail_on,
        Some(Threshold::Unreadable)
    );
}

#[test]
fn reads_every_documented_key() {
    let config = parse_text(
        "[scan]\nfail_on = 'unreadable'\nformat = 'sarif'\n[serve]\nlisten = '127.0.0.1:1'\ndata = 'd'\n\
         [client]\nserver = 'http://x'\n",
    )
    .unwrap();
    assert_eq!(config.scan.format, Some(ReportFormat::Sarif));
    assert_eq!(config.serve.data, Some(PathBuf::from("/project/d")));
    assert_eq!(config.client.server.as_deref(), Some("http://x"));
    assert_eq!(config.serve.listen, Some("127.0.0.1:1".parse().unwrap()));
}

#[test]
fn every_key_that_is_documented_is_also_accepted() {
    for key in KEYS {
        let (table, name) = key.name.split_once('.').unwrap();
        // A value of the wrong type is refused as such, never as an unknown key.
        let error = parse_text(&format!("[{table}]\n{name} = 1\n"))
            .unwrap_err()
            .to_string();
        assert!(!error.contains("unknown field"), "{error}");
    }
}

#[test]
fn names_file_line_and_key_of_an_unknown_key_and_lists_the_valid_ones() {
    insta::assert_snapshot!(parse_text("[serve]\nlisten = '127.0.0.1:1'\nport = 1\n").unwrap_err(), @r"
    error: configuration `/project/mith.toml`, line 3: unknown field `port`, expected `listen` or `data`
    hint: line 3 reads `port = 1`
    hint: valid keys: scan.fail_on, scan.format, serve.listen, serve.data, client.server
    ");
}

#[test]
fn refuses_a_token_without_repeating_it() {
    let error = parse_text("[client]\ntoken = 'hf_secret'\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("MITH_TOKEN") && error.contains("line 2"),
        "{error}"
    );
    assert!(!error.contains("hf_secret"), "{error}");
}

#[test]
fn is_wrong_usage() {
    let failure = parse_text("[scan\n").unwrap_err();
    assert_eq!(failure.code(), mith_core::ExitCode::Usage);
}

#[test]
fn refuses_what_is_no_file_or_no_text() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(FILE_NAME)).unwrap();
    assert!(
        Config::load_from(folder.path())
            .unwrap_err()
            .to_string()
            .contains("mith.toml")
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), [0xff, 0xfe]).unwrap();
    assert!(Config::load_from(folder.path()).is_err());
}
