//! The life of a server: start, address, minted token, stop.

use std::fs::{OpenOptions, Permissions};
use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mith_store::{Actor, Blobs, DataFolder, Role, Secret, Store, StoreError, StoreOptions};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::auth::TokenCache;
use crate::cache::BlobCache;
use crate::session::Sessions;
use crate::state::AppState;
use crate::worker::Worker;
use crate::{ServerConfig, housekeeping, listen, routes};

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
    /// The data folder cannot be made or written, is in use, or was written by a newer program.
    #[error("use the data folder `{}`", path.display())]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// The first token could not be kept.
    #[error("mint the admin token")]
    Token {
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// The first token could not be handed over.
    #[error("write the admin token to `{}`", path.display())]
    TokenFile {
        /// The file.
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
    /// Opens the data folder, listens, mints the first token, and starts the scan workers. The server answers when this
    /// returns.
    ///
    /// # Errors
    /// A [`StartError`] that names the address, the folder or the file at fault.
    pub async fn start(config: ServerConfig) -> Result<RunningServer, StartError> {
        let folder = DataFolder::open(&config.data_dir, StoreOptions::default())
            .await
            .map_err(|source| StartError::DataFolder {
                path: config.data_dir.clone(),
                source,
            })?;
        let (store, blobs): (Arc<dyn Store>, Arc<dyn Blobs>) = (folder.store, folder.blobs);
        let listen_error = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let minted_token = first_token(store.as_ref(), config.admin_token_file.as_deref()).await?;
        let url = config.public_url.as_deref().map_or_else(
            || format!("http://{address}"),
            |url| url.trim_end_matches('/').to_owned(),
        );
        let state = Arc::new(AppState {
            store: Arc::clone(&store),
            blobs: Arc::clone(&blobs),
            cache: BlobCache::new(config.bounds.cache_bytes),
            tokens: TokenCache::default(),
            sessions: Sessions::default(),
            public_url: url.clone(),
            follows_host: config.public_url.is_none() && address.ip().is_unspecified(),
            receiving: Semaphore::new(config.bounds.uploads.max(1)),
            bounds: config.bounds.clone(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for number in 1..=config.workers {
            let worker = Worker {
                name: format!("{number}@{address}"),
                store: Arc::clone(&store),
                blobs: Arc::clone(&blobs),
            };
            tasks.spawn(worker.run(stopped.clone()));
        }
        tasks.spawn(housekeeping::run(store, blobs, stopped.clone()));
        tasks.spawn(listen::serve(
            listener,
            routes::router(state),
            config.bounds,
            stopped,
        ));
        tracing::info!(server.url = %url, workers = config.workers, "Serving on {url}");
        Ok(RunningServer {
            url,
            address,
            minted_token,
            stop,
            tasks,
        })
    }
}

/// Mints the admin token when the store has none. With a file for it, the token goes there and nowhere else.
async fn first_token(store: &dyn Store, file: Option<&Path>) -> Result<Option<String>, StartError> {
    let failed = |source| StartError::Token { source };
    if store.has_tokens().await.map_err(failed)? {
        return Ok(None);
    }
    let secret = Secret::generate().map_err(failed)?;
    // The file comes first: a token that cannot be handed over must not be the one that the store knows.
    if let Some(path) = file {
        write_private(path, secret.reveal()).map_err(|source| StartError::TokenFile {
            path: path.to_owned(),
            source,
        })?;
    }
    store
        .add_token(&secret, "admin", Role::Admin, &Actor::system())
        .await
        .map_err(failed)?;
    Ok(file.is_none().then(|| secret.reveal().to_owned()))
}

/// Writes a file that its owner alone can read, also when one with wider rights was there.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A server that answers. Dropping it stops it at once; [`RunningServer::stop`] lets requests finish first.
#[derive(Debug)]
pub struct RunningServer {
    url: String,
    address: SocketAddr,
    minted_token: Option<String>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
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

    /// Accepts nothing more, lets running requests finish within a bound, and returns. A scan that is in hand is left to the
    /// next start.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "A task of the server ended in a panic");
            }
        }
    }
}
