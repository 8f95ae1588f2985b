//! The page of exit codes.

use std::fmt::Write as _;

use mith_core::ExitCode;

use super::GENERATED;

pub(super) fn page() -> String {
    let mut text = format!("{GENERATED}# Exit codes\n\n| code | meaning |\n|--:|---|\n");
    for (code, meaning) in ExitCode::TABLE {
        let _ = writeln!(text, "| {} | {meaning} |", code.code());
    }
    text.push_str(
        "\nThe order of gravity is malicious, unreadable, unknown, clean; the worst verdict of a scan decides.\n\
         `--fail-on unknown` (the default: everything but clean fails), `unreadable` or `malicious` sets the threshold; \
         findings below it are printed, and the code is 0. An empty selection promises nothing and ends with 4.\n\n\
         `mith registry add` ends with the code of the decision: 0 admitted, 3 held for review, 1 denied, 4 denied \
         because it could not be read. The other `registry` commands end with 0 when the registry did what was asked.\n\n\
         A reader that goes away (`mith scan … | head`) is no failure.\n",
    );
    text
}
