//! `mith serve`: the registry in this process, until a signal ends it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use mith_core::ExitCode;
use mith_server::{RunningServer, Server, ServerConfig, StartError};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::error::Failure;
use crate::logging;
use crate::output::Terminal;

/// Threads that answer requests; scans and hashing run on threads of their own.
const WORKER_THREADS: usize = 2;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// An address that is taken, a data folder that cannot be written.
pub fn run(arguments: &ServeArgs, verbose: u8, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let file = Config::load()?;
    logging::start_server(arguments.log_format, verbose)?;
    let config = server_config(arguments, file)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .thread_name("mith-serve")
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(anyhow::Error::from(error).context("start the server's threads"))
        })?;
    runtime.block_on(serve(config, terminal))?;
    Ok(ExitCode::Clean)
}

fn server_config(arguments: &ServeArgs, file: Config) -> Result<ServerConfig, Failure> {
    let data = match arguments.data.clone().or(file.serve.data) {
        Some(data) => data,
        None => default_data_folder()?,
    };
    let mut config = ServerConfig::new(data);
    config.listen = arguments
        .listen
        .or(file.serve.listen)
        .unwrap_or(ServerConfig::DEFAULT_LISTEN);
    config
        .admin_token_file
        .clone_from(&arguments.admin_token_file);
    Ok(config)
}

fn default_data_folder() -> Result<PathBuf, Failure> {
    let strategy = etcetera::choose_base_strategy().map_err(|error| {
        Failure::new(anyhow::Error::from(error).context("find the user's data folder"))
            .hint("pass `--data DIR`")
    })?;
    Ok(strategy.data_dir().join("mithridate"))
}

async fn serve(config: ServerConfig, terminal: &Terminal) -> Result<(), Failure> {
    // Installed before the server listens, so that no signal ends it half-started.
    let stop = stop_signal()?;
    let listen = config.listen;
    let data = config.data_dir.clone();
    let token_file = config.admin_token_file.clone();
    let server = Server::start(config)
        .await
        .map_err(|error| explain_start(error, listen))?;
    announce(&server, &data, token_file.as_deref(), terminal);
    server.run_until(stop).await;
    terminal.talk("Stopped");
    Ok(())
}

fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let context = |error| Failure::new(anyhow::Error::from(error).context("listen for signals"));
    let mut terminate = signal(SignalKind::terminate()).map_err(context)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(context)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn announce(
    server: &RunningServer,
    data: &std::path::Path,
    token_file: Option<&std::path::Path>,
    terminal: &Terminal,
) {
    let url = server.url();
    terminal.announce(&format!(
        "Mithridate serves {url} from `{}`",
        data.display()
    ));
    if !server.address().ip().is_loopback() {
        terminal.warning(
            "other machines can reach this address, and it speaks plain HTTP: tokens and models can be read on \
             the way; put a proxy with TLS before it",
        );
    }
    if let Some(token) = server.minted_token() {
        terminal.announce(&format!(
            "Admin token of this first start, shown once and stored as a hash; clients need these two lines:\n\n  \
             export HF_ENDPOINT={url}\n  export HF_TOKEN={token}\n\n\
             Next: in a shell with these lines, `mith registry add DIR --as org/name` brings a model in"
        ));
    } else if let Some(file) = token_file {
        terminal.talk(format!(
            "The admin token of the first start is in `{}`",
            file.display()
        ));
    }
}

fn explain_start(error: StartError, listen: SocketAddr) -> Failure {
    let kind = match &error {
        StartError::Listen { source, .. } => Some(source.kind()),
        _ => None,
    };
    let failure = Failure::new(error);
    match kind {
        Some(io::ErrorKind::AddrInUse) => failure.hint(format!(
            "another program listens on port {}; stop it, or pass `--listen {}:0` for a free port",
            listen.port(),
            listen.ip()
        )),
        Some(io::ErrorKind::PermissionDenied) => {
            failure.hint("ports below 1024 belong to root; pass `--listen` with a higher one")
        }
        Some(io::ErrorKind::AddrNotAvailable) => {
            failure.hint("this machine has no such address; pass `--listen` with one it has")
        }
        Some(_) => failure,
        None => failure.hint("pass `--data DIR` with a folder that you can write"),
    }
}
