//! `mith registry add`: a folder becomes a revision, all of it or nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use mith_core::{Digest, ExitCode, Verdict};
use mith_server::wire::{CommitUpload, RevisionDetail, State, UploadedFile};
use sha2::Digest as _;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::signal::unix::{SignalKind, signal};

use super::Printer;
use super::folder::{self, Folder, LocalFile, Stamp};
use crate::cli::AddArgs;
use crate::client::{Answer, Client};
use crate::error::Failure;
use crate::output::{progress::Progress, registry, size};

/// Bytes that are read, hashed and sent at a time.
const CHUNK: usize = 256 << 10;
/// How often the decision is asked for, at first and at last.
const FIRST_POLL: Duration = Duration::from_millis(50);
const LAST_POLL: Duration = Duration::from_secs(1);

/// Sends the folder, commits it and waits for the decision.
pub(super) async fn run(
    client: &Client,
    arguments: &AddArgs,
    printer: &Printer<'_>,
) -> Result<ExitCode, Failure> {
    let folder = look(arguments, printer)?;
    let upload = client.open_upload(&arguments.name).await?;
    let sent = tokio::select! {
        sent = send_all(client, &upload, arguments, &folder, printer) => sent,
        () = interrupted() => Err(Failure::message("interrupted; nothing was added")),
    };
    let committed = match sent {
        Ok(committed) => committed,
        Err(failure) => {
            // The server forgets abandoned uploads by itself; this only frees its disk sooner.
            let _ = client.abort_upload(&upload).await;
            return Err(failure.context(format!("add `{}`", arguments.folder.display())));
        }
    };
    if arguments.no_wait {
        print(&committed, printer)?;
        return Ok(ExitCode::Clean);
    }
    let decided = tokio::select! {
        decided = wait(client, committed, printer) => decided?,
        () = interrupted() => return Err(Failure::message("interrupted; the registry goes on with the scan")
            .hint(format!("`mith registry show {}` tells the decision", arguments.name))),
    };
    print(&decided, printer)?;
    Ok(exit_code(&decided.typed))
}

fn look(arguments: &AddArgs, printer: &Printer<'_>) -> Result<Folder, Failure> {
    let folder = folder::list(&arguments.folder)?;
    if folder.files.is_empty() {
        return Err(Failure::message(format!(
            "no file to add in `{}`",
            arguments.folder.display()
        ))
        .hint("name the folder that holds the model's files"));
    }
    for name in &folder.skipped {
        printer
            .terminal
            .note(format!("`{name}` is left out, it is no part of the model"));
    }
    Ok(folder)
}

async fn send_all(
    client: &Client,
    upload: &str,
    arguments: &AddArgs,
    folder: &Folder,
    printer: &Printer<'_>,
) -> Result<Answer<RevisionDetail>, Failure> {
    let total = folder
        .files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.stamp.size));
    printer.terminal.talk(format!(
        "Adding {} files, {}, as {} to {}",
        folder.files.len(),
        size(total),
        arguments.name,
        printer.server
    ));
    // Each byte is read twice: once for the digest, once to be sent.
    let progress = Arc::new(Progress::towards(
        total.saturating_mul(2),
        "Hashing and sending",
        printer.terminal,
    ));
    let mut files = Vec::with_capacity(folder.files.len());
    for file in &folder.files {
        files.push(send_file(client, upload, file, &progress).await?);
    }
    progress.finish();
    let after = folder::list(&arguments.folder)?;
    if let Some(difference) = folder::difference(&folder.files, &after.files) {
        return Err(changed(&difference));
    }
    client
        .commit(
            upload,
            &CommitUpload {
                files,
                message: arguments.message.clone().unwrap_or_default(),
            },
        )
        .await
}

async fn send_file(
    client: &Client,
    upload: &str,
    file: &LocalFile,
    progress: &Arc<Progress>,
) -> Result<UploadedFile, Failure> {
    let read = |error: io::Error| {
        Failure::new(anyhow::Error::from(error).context(format!("read `{}`", file.real.display())))
    };
    let opened = tokio::fs::File::open(&file.real).await.map_err(read)?;
    still_the_same(&opened, file).await?;
    let hashed = hash(
        opened.try_clone().await.map_err(read)?,
        Arc::clone(progress),
    )
    .await
    .map_err(read)?;
    still_the_same(&opened, file).await?;
    let announced = UploadedFile {
        path: file.path.clone(),
        sha256: hashed,
        size: file.stamp.size,
    };
    let watched = opened.try_clone().await.map_err(read)?;
    let body = body(opened, file.stamp.size, Arc::clone(progress))
        .await
        .map_err(read)?;
    let answered = client.put_file(upload, &announced, body).await;
    // A file that changes breaks the transfer or its digest; the cause is worth more than the symptom.
    still_the_same(&watched, file).await?;
    if answered? != announced {
        return Err(Failure::message(format!(
            "the server did not confirm `{}` as it was sent",
            file.path
        ))
        .hint("something between here and the server alters data; nothing was added"));
    }
    Ok(announced)
}

async fn still_the_same(opened: &tokio::fs::File, file: &LocalFile) -> Result<(), Failure> {
    let now = opened.metadata().await.map_err(|error| {
        Failure::new(anyhow::Error::from(error).context(format!("read `{}`", file.real.display())))
    })?;
    if Stamp::of(&now) == file.stamp {
        Ok(())
    } else {
        Err(changed(&format!("`{}` changed", file.path)))
    }
}

/// The digest is announced before the bytes, so that the server can refuse what arrives otherwise.
async fn hash(mut file: tokio::fs::File, progress: Arc<Progress>) -> io::Result<Digest> {
    let mut hasher = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk).await?;
        let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
            return Ok(Digest::from_bytes(hasher.finalize().into()));
        };
        hasher.update(read);
        progress.add(count as u64);
    }
}

/// The bytes of a file as they are read, and never more than were promised.
async fn body(
    mut file: tokio::fs::File,
    size: u64,
    progress: Arc<Progress>,
) -> io::Result<reqwest::Body> {
    file.rewind().await?;
    let chunks = stream::try_unfold((file, size), move |(mut file, left)| {
        let progress = Arc::clone(&progress);
        async move {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
            if wanted == 0 {
                return Ok::<_, io::Error>(None);
            }
            let mut chunk = vec![0; wanted];
            let count = file.read(&mut chunk).await?;
            if count == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the file became shorter",
                ));
            }
            chunk.truncate(count);
            progress.add(count as u64);
            Ok(Some((Bytes::from(chunk), (file, left - count as u64))))
        }
    });
    Ok(reqwest::Body::wrap_stream(chunks))
}

fn changed(difference: &str) -> Failure {
    Failure::message(format!(
        "the folder changes while it is added: {difference}; nothing was added"
    ))
    .hint("wait until nothing writes to it any more, then add it again")
}

async fn wait(
    client: &Client,
    committed: Answer<RevisionDetail>,
    printer: &Printer<'_>,
) -> Result<Answer<RevisionDetail>, Failure> {
    let name = committed.typed.repo.clone();
    let id = committed.typed.revision.clone();
    if committed.typed.state == State::Scanning {
        printer.terminal.talk(format!("Scanning {name}@{id}"));
    }
    let mut pause = FIRST_POLL;
    loop {
        let asked = client
            .revision(&name, id.as_str())
            .await
            .map_err(|failure| {
                failure.hint(format!(
                    "the model is in the registry; `mith registry show {name}` tells the decision"
                ))
            })?;
        if asked.typed.state != State::Scanning {
            return Ok(asked);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_POLL);
    }
}

fn print(revision: &Answer<RevisionDetail>, printer: &Printer<'_>) -> Result<(), Failure> {
    printer.print(&revision.raw, || {
        registry::revision(&revision.typed, &printer.server, printer.terminal.paint())
    })
}

/// The exit code that a decision has.
fn exit_code(revision: &RevisionDetail) -> ExitCode {
    match (revision.state, revision.verdict) {
        (State::Admitted, _) => ExitCode::Clean,
        (State::Held | State::Scanning, _) => ExitCode::Unknown,
        (State::Denied, Some(Verdict::Unreadable)) => ExitCode::Unreadable,
        (State::Denied | State::Withdrawn, _) => ExitCode::Malicious,
    }
}

/// Ready at Ctrl-C or at the end that a supervisor asks for.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without a handler the default action ends the process, which is what was asked for.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
