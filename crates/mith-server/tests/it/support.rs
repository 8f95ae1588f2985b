//! A server over a temporary folder, and a client that sends exactly the bytes it is told to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mith_core::Digest;
use mith_server::{RunningServer, Server, ServerConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes that run a command when a loader opens them: `os.system('true')`.
pub(crate) const MALICIOUS_PICKLE: &[u8] = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.";

/// A running server with its folder and its admin token.
pub(crate) struct TestServer {
    running: Option<RunningServer>,
    pub(crate) folder: TempDir,
    pub(crate) token: String,
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {self:?} {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request that is being put together.
pub(crate) struct Request<'a> {
    server: &'a TestServer,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl TestServer {
    /// A server with the defaults.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A server whose revisions stay in `scanning`.
    pub(crate) async fn start_without_workers() -> Self {
        Self::start_with(|config| config.workers = 0).await
    }

    /// A server with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&folder);
        change(&mut config);
        let running = Server::start(config).await.unwrap();
        let token = running.minted_token().unwrap().to_owned();
        Self {
            running: Some(running),
            folder,
            token,
        }
    }

    /// Ends the server without a farewell and starts another over the same folder.
    pub(crate) async fn kill_and_restart(&mut self, change: impl Fn(&mut ServerConfig)) {
        drop(self.running.take());
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let mut config = config(&self.folder);
            change(&mut config);
            match Server::start(config).await {
                Ok(running) => {
                    self.running = Some(running);
                    return;
                }
                Err(error) => assert!(Instant::now() < deadline, "{error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn running(&self) -> &RunningServer {
        self.running.as_ref().unwrap()
    }

    pub(crate) fn take(&mut self) -> RunningServer {
        self.running.take().unwrap()
    }

    /// A request with the admin token.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request<'_> {
        self.anonymous(method, path)
            .header("authorization", &format!("Bearer {}", self.token))
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, method: &str, path: &str) -> Request<'_> {
        Request {
            server: self,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    pub(crate) async fn head(&self, path: &str) -> Answer {
        self.request("HEAD", path).send().await
    }

    /// A request to our own API with a JSON body.
    pub(crate) async fn api(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.request(method, &format!("/api/mith/v1{path}"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .send()
            .await
    }

    /// Opens an upload.
    pub(crate) async fn open_upload(&self, repo: &str) -> String {
        let answer = self.api("POST", "/uploads", &json!({"repo": repo})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["upload"].as_str().unwrap().to_owned()
    }

    /// Sends one file of an upload, as it should be sent.
    pub(crate) async fn put_file(&self, upload: &str, path: &str, bytes: &[u8]) -> Answer {
        self.request(
            "PUT",
            &format!("/api/mith/v1/uploads/{upload}/files/{}", encode(path)),
        )
        .header("x-mith-sha256", &Digest::of(bytes).to_hex())
        .body(bytes.to_vec())
        .send()
        .await
    }

    /// Uploads files and commits them; the answer is the revision object.
    pub(crate) async fn add(&self, repo: &str, files: &[(&str, &[u8])]) -> Value {
        let upload = self.open_upload(repo).await;
        for (path, bytes) in files {
            let answer = self.put_file(&upload, path, bytes).await;
            assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        }
        let answer = self
            .api(
                "POST",
                &format!("/uploads/{upload}/commit"),
                &json!({"files": list(files), "message": "first"}),
            )
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()
    }

    /// Uploads files and waits for the end of the scan.
    pub(crate) async fn add_and_wait(&self, repo: &str, files: &[(&str, &[u8])]) -> Value {
        self.add(repo, files).await;
        self.wait(repo).await
    }

    /// Waits until the newest revision is not being scanned any more.
    pub(crate) async fn wait(&self, repo: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let answer = self
                .get(&format!("/api/mith/v1/models/{repo}/revisions/latest"))
                .await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let revision = answer.json();
            if revision["state"] != "scanning" {
                return revision;
            }
            assert!(Instant::now() < deadline, "still scanning: {revision}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A person's word about the newest revision.
    pub(crate) async fn decide(&self, repo: &str, change: &str) -> Answer {
        self.api(
            "POST",
            &format!("/models/{repo}/revisions/latest/{change}"),
            &json!({"reason": format!("because of {change}")}),
        )
        .await
    }
}

/// The list of a commit.
pub(crate) fn list(files: &[(&str, &[u8])]) -> Value {
    files
        .iter()
        .map(
            |(path, bytes)| json!({"path": path, "sha256": Digest::of(bytes), "size": bytes.len()}),
        )
        .collect()
}

/// Percent-encodes each segment.
pub(crate) fn encode(path: &str) -> String {
    path.split('/')
        .map(|segment| {
            percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// A tensor file with so many bytes of data.
pub(crate) fn safetensors(data: usize) -> Vec<u8> {
    let header =
        json!({"w": {"dtype": "U8", "shape": [data], "data_offsets": [0, data]}}).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend((0..data).map(|number| u8::try_from(number * 7 % 251).unwrap()));
    bytes
}

/// A revision that the default policy admits.
pub(crate) fn clean_files() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("README.md", b"# A model\n" as &[u8]),
        ("config.json", br#"{"model_type": "bert"}"#),
        ("folder/vocab.txt", b"a\nb\nc\n"),
    ]
}

fn config(folder: &TempDir) -> ServerConfig {
    let mut config = ServerConfig::new(folder.path());
    config.listen.set_port(0);
    config.workers = 1;
    config
}

impl Request<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let sends_body = !self.body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT");
        let says_length = self
            .headers
            .iter()
            .any(|(name, _)| name == "content-length" || name == "transfer-encoding");
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.method,
            self.path,
            self.server.running().address()
        );
        if sends_body && !says_length {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.server.running().address())
            .await
            .unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses may close before it has taken all.
        let _ = stream.write_all(&self.body).await;
        let mut bytes = Vec::new();
        let reading = stream.read_to_end(&mut bytes);
        let read = tokio::time::timeout(Duration::from_secs(30), reading)
            .await
            .expect("no answer within 30 s");
        if let Err(error) = read {
            assert!(!bytes.is_empty(), "no answer: {error}");
        }
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        })
        .collect();
    Answer {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    }
}
