//! Arguments of `mith serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::env;
use crate::logging::LogFormat;

/// Where the registry listens and keeps its data.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = env::LISTEN, hide_env_values = true)]
    pub listen: Option<SocketAddr>,
    /// Folder of the database and the models [default: `mithridate` in the user's data folder]
    #[arg(long, value_name = "DIR", env = env::DATA, hide_env_values = true)]
    pub data: Option<PathBuf>,
    /// Which part this process plays
    #[arg(long, value_enum, default_value_t = Role::All, env = env::ROLE, hide_env_values = true)]
    pub role: Role,
    /// Write the admin token of the first start to this file instead of stderr
    #[arg(long, value_name = "FILE", env = env::ADMIN_TOKEN_FILE, hide_env_values = true)]
    pub admin_token_file: Option<PathBuf>,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text, env = env::LOG_FORMAT, hide_env_values = true)]
    pub log_format: LogFormat,
}

const EXAMPLES: &str = "\
Examples:
  mith serve                                   On http://127.0.0.1:8080, nothing to configure
  mith serve --listen 127.0.0.1:0 --data ./registry
  mith serve --admin-token-file admin.token    The first start's token goes to a file that only you can read

The first start prints an admin token once, with the two lines that a client needs. The server speaks plain HTTP: \
put a proxy with TLS before it when it listens on more than this machine.";

/// Which part of the registry a process plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// API, page and scan workers in one process
    All,
}
