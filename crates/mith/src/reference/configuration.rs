//! The page of `mith.toml` and the environment.

use std::fmt::Write as _;

use super::{GENERATED, cell};
use crate::{config, env};

pub(super) fn page() -> String {
    let mut text = format!(
        "{GENERATED}# Configuration\n\n\
         Nothing needs to be configured. A flag beats its environment variable, a variable beats `{file}`, and that \
         beats the default. `{file}` is looked for in the working folder and then in each folder above it; the first \
         one found counts alone. A key that is not listed here is an error, so that a typo is never a silent default.\n\n\
         A token never stands in `{file}`: use `MITH_TOKEN` or `--token-file`.\n\n\
         ## Keys of `{file}`\n\n| key | value | default | flag | environment | what it does |\n|---|---|---|---|---|---|\n",
        file = config::FILE_NAME
    );
    for key in config::KEYS {
        let variable = key
            .variable
            .map(|name| format!("`{name}`"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | `{}` | {variable} | {} |",
            key.name,
            cell(key.kind),
            cell(key.default),
            key.flag,
            cell(key.help)
        );
    }
    text.push_str(
        "\n```toml\n[scan]\nfail_on = \"unreadable\"\n\n[serve]\nlisten = \"127.0.0.1:9000\"\n\n\
         [client]\nserver = \"http://127.0.0.1:9000\"\n```\n\n\
         ## Environment\n\n| variable | what it does |\n|---|---|\n",
    );
    for (name, help) in env::ALL {
        let _ = writeln!(text, "| `{name}` | {} |", cell(help));
    }
    text
}
