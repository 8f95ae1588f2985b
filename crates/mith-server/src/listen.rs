//! The accept loop: one task a connection, `TCP_NODELAY` on each, slow and idle clients closed, a graceful end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::Bounds;
use crate::stall::WriteStall;

/// How long running requests may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);

/// Accepts until `stopped` turns true, then waits for the connections that are open.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    mut stopped: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(bounds.connections.max(1)));
    // Owned here, so that no connection outlives the loop, however the loop ends.
    let mut connections = JoinSet::new();
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit,
            () = stop_asked(&mut stopped) => break,
        };
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop_asked(&mut stopped) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let (router, bounds, stopped) = (router.clone(), bounds.clone(), stopped.clone());
                connections.spawn(async move {
                    connection(stream, router, &bounds, stopped).await;
                    drop(permit);
                });
            }
            Err(error) => {
                // Out of file descriptors, or a client that is already gone: the listener itself is well.
                tracing::warn!(%error, "Could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("Some requests were still running at the end and were cut");
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    bounds: &Bounds,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_timeout)
        .max_buf_size(64 << 10)
        .serve_connection(
            TokioIo::new(WriteStall::new(stream, bounds.stall_timeout)),
            TowerToHyperService::new(router),
        );
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop_asked(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(DRAIN, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "A connection ended early");
    }
}

/// Ready when the end was asked for, or when nobody can ask for it any more.
async fn stop_asked(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}
