//! Running the binary, and a server of it, with nothing of the developer's own environment.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up; long, because builders are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What a command said and how it ended.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "exit code {}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// The binary with a clean environment, in a folder above which no configuration lies.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mith"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs the binary in a folder.
pub(crate) fn mith<A: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[A]) -> Said {
    Said::of(command(folder).args(arguments).output().unwrap())
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// A `mith serve` on a free port.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) data: PathBuf,
    stderr: Arc<Mutex<String>>,
}

impl Server {
    /// Starts one over a data folder; the token is that of this start, or empty at a later one.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_at(data, "127.0.0.1:0")
    }

    /// The same on a given address.
    pub(crate) fn start_at(data: &Path, listen: &str) -> Self {
        let mut child = command(data.parent().unwrap())
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = collect(child.stderr.take().unwrap());
        let ready = || {
            stderr
                .lock()
                .unwrap()
                .lines()
                .any(|line| line.starts_with("Mithridate serves "))
        };
        let started = Instant::now();
        while !ready() {
            assert!(
                child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE,
                "the server does not start: {}",
                stderr.lock().unwrap()
            );
            std::thread::sleep(Duration::from_millis(3));
        }
        // The token follows the address in one write each; a later start prints none.
        std::thread::sleep(Duration::from_millis(100));
        let text = stderr.lock().unwrap().clone();
        let after = |prefix: &str| {
            let rest = text
                .split_once(prefix)
                .map(|(_, rest)| rest)
                .unwrap_or_default();
            rest.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            child,
            url: after("Mithridate serves "),
            token: after("export HF_TOKEN="),
            data: data.to_owned(),
            stderr,
        }
    }

    /// What it said so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// `mith registry …` as somebody who has set the server and the token.
    pub(crate) fn registry_command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.data.parent().unwrap());
        command
            .arg("registry")
            .args(arguments)
            .env("MITH_SERVER", &self.url)
            .env("MITH_TOKEN", &self.token);
        command
    }

    /// Runs it.
    pub(crate) fn registry(&self, arguments: &[&str]) -> Said {
        Said::of(self.registry_command(arguments).output().unwrap())
    }

    /// `registry add`.
    pub(crate) fn add(&self, folder: &Path, name: &str) -> Said {
        self.registry(&["add", folder.to_str().unwrap(), "--as", name])
    }

    /// The models that the registry lists, as `name state`.
    pub(crate) fn models(&self) -> Vec<String> {
        let said = self.registry(&["list", "--format", "json"]);
        assert_eq!(said.code, 0, "{said}");
        said.json()["models"]
            .as_array()
            .unwrap()
            .iter()
            .map(|model| {
                format!(
                    "{} {}",
                    model["repo"].as_str().unwrap(),
                    model["state"].as_str().unwrap()
                )
            })
            .collect()
    }

    /// The status of a plain GET, with the token when there is one.
    pub(crate) fn status(&self, path: &str) -> u16 {
        use std::io::{Read as _, Write as _};
        let address = self.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.token
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        answer
            .split_whitespace()
            .nth(1)
            .unwrap_or_default()
            .parse()
            .unwrap_or(0)
    }

    /// SIGKILL, as a power cut.
    pub(crate) fn kill(mut self) -> (PathBuf, String) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (
            self.data.clone(),
            self.url.trim_start_matches("http://").to_owned(),
        )
    }

    /// A signal by name, then the end.
    pub(crate) fn signal(mut self, name: &str) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut status = None;
        wait_until("the server ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        std::thread::sleep(Duration::from_millis(50));
        (status.unwrap(), self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects a stream in the background, so that the child never waits for a reader.
pub(crate) fn collect(stream: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let target = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut target = target.lock().unwrap();
            target.push_str(&line);
            target.push('\n');
        }
    });
    text
}

/// Bytes that the files below a folder take on the disk.
pub(crate) fn disk_usage(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|metadata| metadata.blocks() * 512)
        .sum()
}
