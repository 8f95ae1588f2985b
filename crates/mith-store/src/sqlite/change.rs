//! One change: a transaction that holds the only right to write, and what must happen once it has ended.

use std::future::Future;
use std::pin::Pin;

use mith_core::RepoId;
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection};

use crate::error::{Result, StoreError};
use crate::sqlite::{OrDatabase as _, SqliteStore};

/// The transaction of a change.
pub(super) struct Change {
    connection: PoolConnection<Sqlite>,
    /// The time of the change, in milliseconds.
    pub(super) now: i64,
    after: After,
}

/// What must happen once the change has ended.
#[derive(Default)]
struct After {
    touched: Vec<RepoId>,
    makes_work: bool,
    ends_tokens: bool,
}

/// What the body of a change returns.
pub(super) type ChangeFuture<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

impl Change {
    /// The connection, inside the transaction.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// What this model resolves to may be different from now on.
    pub(super) fn touch(&mut self, repo: &RepoId) {
        self.after.touched.push(repo.clone());
    }

    /// There is a job to claim once this is committed.
    pub(super) fn makes_work(&mut self) {
        self.after.makes_work = true;
    }

    /// A token that may be remembered is no longer one.
    pub(super) fn ends_tokens(&mut self) {
        self.after.ends_tokens = true;
    }
}

impl SqliteStore {
    /// Runs a change to its end, whether or not the caller waits for it. An error undoes all of it.
    pub(super) async fn change<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Change) -> ChangeFuture<'t, T> + Send + 'static,
    {
        let store = self.clone();
        tokio::spawn(async move {
            let mut connection = store.0.writer.acquire().await.database()?;
            sqlx::query("BEGIN IMMEDIATE")
                .execute(&mut *connection)
                .await
                .database()?;
            let mut change = Change {
                connection,
                now: store.0.options.clock.now(),
                after: After::default(),
            };
            let outcome = body(&mut change).await;
            let Change {
                mut connection,
                after,
                now: _,
            } = change;
            // Without a commit the pool rolls back when the connection returns to it.
            let committed = match outcome {
                Ok(value) => sqlx::query("COMMIT")
                    .execute(&mut *connection)
                    .await
                    .database()
                    .map(|_| value),
                Err(error) => Err(error),
            };
            // Also after an error: a commit that fails may still have reached the disk.
            store.0.forget(&after.touched);
            if after.ends_tokens {
                store.0.identities.invalidate(|_| true);
            }
            if after.makes_work {
                store.0.work.notify_one();
            }
            committed
        })
        .await
        .map_err(|_| StoreError::TaskLost)?
    }
}
