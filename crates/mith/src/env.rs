//! Every environment variable that `mith` reads, each a documented constant.
//!
//! A flag beats its variable, a variable beats `mith.toml`, and that beats the default.

/// `--format` of `mith scan`.
pub const FORMAT: &str = "MITH_FORMAT";
/// `--fail-on` of `mith scan`.
pub const FAIL_ON: &str = "MITH_FAIL_ON";
/// `--jobs` of `mith scan`.
pub const JOBS: &str = "MITH_JOBS";
/// `--listen` of `mith serve`.
pub const LISTEN: &str = "MITH_LISTEN";
/// `--data` of `mith serve`.
pub const DATA: &str = "MITH_DATA";
/// `--role` of `mith serve`.
pub const ROLE: &str = "MITH_ROLE";
/// `--admin-token-file` of `mith serve`.
pub const ADMIN_TOKEN_FILE: &str = "MITH_ADMIN_TOKEN_FILE";
/// What is logged, as `level` or `target=level,…`; switches logging on where it is off.
pub const LOG: &str = "MITH_LOG";
/// `--log-format` of `mith serve`.
pub const LOG_FORMAT: &str = "MITH_LOG_FORMAT";
/// `--server` of the clients of a server.
pub const SERVER: &str = "MITH_SERVER";
/// `--token` of the clients of a server. Never kept in `mith.toml`.
pub const TOKEN: &str = "MITH_TOKEN";
/// The endpoint of Hub clients; read only to know whether [`HF_TOKEN`] is meant for our server.
pub const HF_ENDPOINT: &str = "HF_ENDPOINT";
/// The token of Hub clients; used as ours only when [`HF_ENDPOINT`] names the same server.
pub const HF_TOKEN: &str = "HF_TOKEN";
/// Any value switches colour off.
pub const NO_COLOR: &str = "NO_COLOR";

/// All variables with what each does, for the generated reference.
pub const ALL: [(&str, &str); 14] = [
    (FORMAT, "`--format` of `mith scan`"),
    (FAIL_ON, "`--fail-on` of `mith scan`"),
    (JOBS, "`--jobs` of `mith scan`"),
    (LISTEN, "`--listen` of `mith serve`"),
    (DATA, "`--data` of `mith serve`"),
    (ROLE, "`--role` of `mith serve`"),
    (ADMIN_TOKEN_FILE, "`--admin-token-file` of `mith serve`"),
    (
        LOG,
        "what is logged, as `level` or `target=level,…`; switches logging on where it is off",
    ),
    (LOG_FORMAT, "`--log-format` of `mith serve`"),
    (SERVER, "`--server` of `mith registry`"),
    (TOKEN, "`--token` of `mith registry`"),
    (
        HF_ENDPOINT,
        "endpoint of Hub clients; read only to know whether `HF_TOKEN` is meant for our server",
    ),
    (
        HF_TOKEN,
        "token of Hub clients; used when no other token is given and `HF_ENDPOINT` names the same server",
    ),
    (NO_COLOR, "any value switches colour off"),
];
