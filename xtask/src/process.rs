//! Running other programs: what runs is printed, how long it took is printed, and a failure names the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The command as a person would type it, without the environment.
pub fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Runs a command with our streams and says whether it ended well.
pub fn run(command: &mut Command) -> Result<bool> {
    eprintln!("$ {}", shown(command));
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("start `{}`", shown(command)))?;
    eprintln!("  {} after {}", status, seconds(started.elapsed()));
    Ok(status.success())
}

/// Runs a command without showing its output unless it fails; for steps whose success is boring.
pub fn run_quietly(command: &mut Command) -> Result<bool> {
    eprintln!("$ {}", shown(command));
    let started = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start `{}`", shown(command)))?;
    eprintln!("  {} after {}", output.status, seconds(started.elapsed()));
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.status.success())
}

/// The first of the given programs that is there: absolute paths as they are, names through `PATH`.
pub fn find(candidates: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    candidates.iter().find_map(|candidate| {
        let direct = Path::new(candidate);
        if direct.is_absolute() {
            return direct.is_file().then(|| direct.to_path_buf());
        }
        std::env::split_paths(&path)
            .map(|folder| folder.join(candidate))
            .find(|file| file.is_file())
    })
}

/// A duration in seconds with one digit after the point.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
