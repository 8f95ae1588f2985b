//! How failures read.

use std::io;

use super::*;

#[test]
fn prints_the_chain_once_and_then_the_hints() {
    let source = io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
    let failure = Failure::new(anyhow::Error::from(source).context("read `./model/x.bin`"))
        .context("scan `./model`")
        .hint("run as a user who can read the file");
    insta::assert_snapshot!(failure, @r"
    error: scan `./model`
      caused by: read `./model/x.bin`
      caused by: permission denied
    hint: run as a user who can read the file
    ");
    assert_eq!(failure.code(), ExitCode::Unreadable);
}

#[test]
fn never_passes_an_escape_sequence_of_a_file_name_on() {
    let failure = Failure::usage("no file `\u{1b}[2Jx\u{202e}`");
    assert_eq!(failure.to_string(), "error: no file `\\u{1b}[2Jx\\u{202e}`");
    assert_eq!(failure.code(), ExitCode::Usage);
}
