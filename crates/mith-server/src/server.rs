//! The life of a server: start, address, minted token, stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{ServerConfig, listen, routes};

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("listen on `{address}`")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The data folder cannot be made or written.
    #[error("use the data folder `{}`", path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

/// The entry point: [`Server::start`].
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Opens the data folder, listens, and starts the scan workers. The server answers when this returns.
    ///
    /// # Errors
    /// A [`StartError`] that names the address, the folder or the file at fault.
    pub async fn start(config: ServerConfig) -> Result<RunningServer, StartError> {
        let listen_error = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(listen::serve(
            listener,
            routes::router(),
            config.bounds.clone(),
            stopped,
        ));
        Ok(RunningServer {
            url: format!("http://{address}"),
            address,
            minted_token: None,
            stop,
            accepting,
        })
    }
}

/// A server that answers. Dropping it stops it at once; [`RunningServer::stop`] lets requests finish first.
#[derive(Debug)]
pub struct RunningServer {
    url: String,
    address: SocketAddr,
    minted_token: Option<String>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl RunningServer {
    /// The address that users see, without a final slash, e.g. `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that was bound.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The admin token, when this start minted it and no file was named for it. It cannot be had a second time.
    pub fn minted_token(&self) -> Option<&str> {
        self.minted_token.as_deref()
    }

    /// Serves until `shutdown` is ready, then lets running requests finish.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) {
        shutdown.await;
        self.stop().await;
    }

    /// Accepts nothing more, lets running requests and scans finish within a bound, and returns.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "The accept loop ended in a panic");
        }
    }
}
