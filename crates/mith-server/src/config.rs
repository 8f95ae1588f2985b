//! What a caller may set before the server starts. Everything has a default that suits one team on one machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Settings of one server. Start from [`ServerConfig::new`] and change fields.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of the database and the blobs; made when absent.
    pub data_dir: PathBuf,
    /// Where the admin token of the first start is written, readable by its owner alone. Without it the token is
    /// handed to the caller by [`RunningServer::minted_token`](crate::RunningServer::minted_token).
    pub admin_token_file: Option<PathBuf>,
    /// The address that users see in messages and links, e.g. `https://models.example.org`; by default `http://` and the
    /// address that was bound.
    pub public_url: Option<String>,
    /// How many scans run at a time; 0 leaves every revision in `scanning`.
    pub workers: usize,
    /// Bounds that keep one client from taking the server away from the others.
    pub bounds: Bounds,
}

/// Bounds on what clients may send and hold open.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Connections that are served at a time; more wait in the accept queue.
    pub connections: usize,
    /// How long a client may take to send the head of a request, and how long an idle connection is kept.
    pub header_timeout: Duration,
    /// How long a body may stand still, in either direction, before its connection is closed.
    pub stall_timeout: Duration,
    /// Bytes of one uploaded file.
    pub file_bytes: u64,
    /// Files that are received at a time.
    pub uploads: usize,
    /// Files of one upload.
    pub files: usize,
    /// Bytes of a JSON or form body.
    pub json_bytes: usize,
    /// Bytes of small blobs that are kept in memory.
    pub cache_bytes: usize,
}

impl ServerConfig {
    /// The address that `mith serve` listens on unless told otherwise.
    pub const DEFAULT_LISTEN: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    /// The defaults, over one data folder.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen: Self::DEFAULT_LISTEN,
            data_dir: data_dir.into(),
            admin_token_file: None,
            public_url: None,
            workers: std::thread::available_parallelism().map_or(1, |cores| cores.get().min(2)),
            bounds: Bounds::default(),
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1_024,
            header_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_mins(1),
            file_bytes: 1 << 40,
            uploads: 16,
            files: 20_000,
            json_bytes: 16 << 20,
            cache_bytes: 16 << 20,
        }
    }
}
