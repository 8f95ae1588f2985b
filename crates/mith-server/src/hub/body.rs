//! The bytes of a blob as a body: read in large pieces off the async threads, the next piece while one is sent.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

/// How much is read at a time. Measured: smaller pieces cost system calls, larger ones memory for each download.
const PIECE: u64 = 256 << 10;

/// A piece that was read, with the file for the next one.
type Piece = (File, Bytes);

/// A range of a file as a body.
pub(super) struct FileBody {
    reading: Option<JoinHandle<io::Result<Piece>>>,
    /// Bytes that were not yet handed to the connection.
    rest: u64,
    /// Bytes that no piece was started for.
    unread: u64,
}

impl FileBody {
    /// The bytes `start..end`; the first piece is being read when this returns.
    pub(super) fn new(mut file: File, start: u64, end: u64) -> Self {
        let rest = end.saturating_sub(start);
        let mut this = Self {
            reading: None,
            rest,
            unread: rest,
        };
        if let Some(length) = this.next_length() {
            this.reading = Some(spawn_blocking(move || {
                file.seek(SeekFrom::Start(start))?;
                read_piece(file, length)
            }));
        }
        this
    }

    fn next_length(&mut self) -> Option<u64> {
        let length = self.unread.min(PIECE);
        self.unread -= length;
        (length > 0).then_some(length)
    }
}

fn read_piece(mut file: File, length: u64) -> io::Result<Piece> {
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    Read::by_ref(&mut file)
        .take(length)
        .read_to_end(&mut piece)?;
    if piece.len() as u64 == length {
        Ok((file, piece.into()))
    } else {
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the blob is shorter than its record",
        ))
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(reading) = self.reading.as_mut() else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        match read.map_err(io::Error::other).flatten() {
            Ok((file, piece)) => {
                self.rest = self.rest.saturating_sub(piece.len() as u64);
                if let Some(length) = self.next_length() {
                    self.reading = Some(spawn_blocking(move || read_piece(file, length)));
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Err(error) => {
                // The connection is cut, so the client sees a short body and never takes it for the whole.
                tracing::error!(%error, "A blob could not be read to its end");
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.reading.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest)
    }
}
