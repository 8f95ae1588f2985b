//! Logs on stderr: always for the server, elsewhere only when `-v` or `MITH_LOG` asks.

use std::io;

use clap::ValueEnum;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::env;
use crate::error::Failure;

/// How a log line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Readable lines
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Starts logging when the user asked for it; costs nothing otherwise.
///
/// # Errors
/// A `MITH_LOG` that is no filter.
pub fn start_when_asked(verbose: u8) -> Result<(), Failure> {
    if verbose < 2 && std::env::var_os(env::LOG).is_none() {
        return Ok(());
    }
    start(LogFormat::Text, level(verbose))
}

/// Starts the server's logging.
///
/// # Errors
/// A `MITH_LOG` that is no filter.
pub fn start_server(format: LogFormat, verbose: u8) -> Result<(), Failure> {
    let default = match verbose {
        0 => "warn,mith=info,mith_server=info,mith_store=info",
        1 => "info,mith=debug,mith_server=debug,mith_store=debug",
        _ => "debug",
    };
    start(format, default)
}

const fn level(verbose: u8) -> &'static str {
    match verbose {
        0 | 1 => "info",
        2 => "debug",
        _ => "trace",
    }
}

fn start(format: LogFormat, default: &str) -> Result<(), Failure> {
    let wanted = std::env::var(env::LOG).unwrap_or_else(|_| default.to_owned());
    let filter = EnvFilter::try_new(&wanted).map_err(|error| {
        Failure::usage(format!("`{}={wanted}` is no log filter: {error}", env::LOG))
            .hint("use a level such as `info`, or `target=level,…`")
    })?;
    let colour = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let registry = tracing_subscriber::registry().with(filter);
    // A second start in one process (tests) keeps the first subscriber; that is no failure of the command.
    let _ = match format {
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(colour)
                    .with_target(false)
                    .with_writer(io::stderr),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .with_writer(io::stderr),
            )
            .try_init(),
    };
    Ok(())
}
