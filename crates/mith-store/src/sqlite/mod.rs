//! `SqliteStore`: the store in one SQLite file, for one team on one machine.
//!
//! One connection writes and a few read. Writers queue for the one connection, so no write ever meets a busy database;
//! in WAL mode readers neither wait nor make anybody wait. A change runs in a task of its own: a caller that goes away
//! cannot leave a commit without the invalidation that belongs to it.

mod audit;
mod change;
mod decisions;
mod dispatch;
mod jobs;
mod queries;
mod rows;
mod schema;
mod tokens;
mod uploads;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mith_core::{Digest, RepoId};
use sqlx::error::DatabaseError;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqliteConnection};
use tokio::sync::{Notify, watch};

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::folder::FolderLock;
use crate::options::StoreOptions;
use crate::types::{Identity, Reference, Resolution};

/// How many connections read at the same time.
const READERS: u32 = 4;
/// How long a caller waits for a connection before it is told that the database is not to be had.
const ACQUIRE_TIMEOUT: Duration = Duration::from_mins(2);
/// Files of resolved revisions kept in memory, some 60 MB when it is full of them.
const RESOLUTION_CACHE: usize = 200_000;
/// Tokens kept in memory.
const TOKEN_CACHE: usize = 1_024;

/// The store in one SQLite file. A clone is another handle on the same store.
#[derive(Debug, Clone)]
pub struct SqliteStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    writer: SqlitePool,
    readers: SqlitePool,
    options: StoreOptions,
    resolutions: Cache<String, Arc<Resolution>>,
    identities: Cache<Digest, Identity>,
    changes: watch::Sender<u64>,
    work: Notify,
    _lock: Arc<FolderLock>,
}

impl SqliteStore {
    /// Opens the database of a folder whose lock is held, and brings its schema up to date.
    pub(crate) async fn open(
        path: &Path,
        options: StoreOptions,
        lock: Arc<FolderLock>,
    ) -> Result<Self> {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30));
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_release(|connection, _| Box::pin(end_transaction(connection)))
        };
        let writer = pool(1).connect_with(connect.clone()).await.database()?;
        schema::migrate(&writer, options.clock.now()).await?;
        let readers = pool(READERS)
            .connect_with(connect.read_only(true))
            .await
            .database()?;
        let store = Self(Arc::new(Inner {
            writer,
            readers,
            options,
            resolutions: Cache::new(RESOLUTION_CACHE),
            identities: Cache::new(TOKEN_CACHE),
            changes: watch::Sender::new(0),
            work: Notify::new(),
            _lock: lock,
        }));
        uploads::expire(&store).await?;
        Ok(store)
    }

    /// Waits for what runs and closes all connections; nothing can be asked afterwards.
    pub(crate) async fn close(&self) {
        self.0.readers.close().await;
        // Last, because only a connection that may write can fold the log into the database.
        self.0.writer.close().await;
    }

    /// The connection that writes, to spoil what lies in the database.
    #[cfg(test)]
    pub(crate) fn writer_for_tests(&self) -> &SqlitePool {
        &self.0.writer
    }

    /// A consistent view for several reads, which ends when the connection returns to the pool.
    async fn snapshot(&self) -> Result<PoolConnection<Sqlite>> {
        let mut connection = self.0.readers.acquire().await.database()?;
        sqlx::query("BEGIN")
            .execute(&mut *connection)
            .await
            .database()?;
        Ok(connection)
    }
}

/// Ends whatever transaction a connection still has, so that the next user finds none; `false` closes the connection.
///
/// The driver's own transactions are not used: when the disk is full, SQLite rolls back by itself, the driver's rollback
/// fails, and its count of open transactions is wrong from then on.
async fn end_transaction(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    match sqlx::query("ROLLBACK").execute(connection).await {
        Ok(_) => Ok(true),
        // SQLITE_ERROR is the answer when there is no transaction, which is the usual case.
        Err(sqlx::Error::Database(error)) => Ok(error.code().as_deref() == Some("1")),
        Err(_) => Ok(false),
    }
}

impl Inner {
    /// To be called after whatever could change what a model resolves to.
    fn forget(&self, touched: &[RepoId]) {
        if touched.is_empty() {
            return;
        }
        self.resolutions.invalidate(|key| {
            touched.iter().any(|repo| {
                key.strip_prefix(repo.as_str())
                    .is_some_and(|rest| rest.starts_with('\n'))
            })
        });
        self.changes.send_modify(|generation| *generation += 1);
    }
}

/// The key of a resolution in the cache; a line feed stands in no name.
fn resolution_key(repo: &RepoId, reference: &Reference) -> String {
    let reference = match reference {
        Reference::Main => "main",
        Reference::Revision(revision) => revision.as_str(),
    };
    format!("{repo}\n{reference}")
}

/// Turns what the driver says into what the store says.
trait OrDatabase<T> {
    fn database(self) -> Result<T>;
}

impl<T> OrDatabase<T> for std::result::Result<T, sqlx::Error> {
    fn database(self) -> Result<T> {
        self.map_err(|error| {
            let code = error
                .as_database_error()
                .and_then(DatabaseError::code)
                .map(Cow::into_owned);
            match code.as_deref() {
                // SQLITE_FULL, and the shared memory of the log that could not grow (SQLITE_IOERR_SHMSIZE).
                Some("13" | "4874") => StoreError::DiskFull,
                _ => StoreError::Database(Box::new(error)),
            }
        })
    }
}
