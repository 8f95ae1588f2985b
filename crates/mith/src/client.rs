//! The client of our own HTTP API.
//!
//! Must never: print a token, follow a redirect with one, or send one through a proxy to this machine itself.

use std::time::Duration;

use mith_core::{ExitCode, RepoId};
use mith_server::wire::{
    CommitUpload, Decide, ErrorBody, ModelDetail, ModelList, NewUpload, RevisionDetail,
    UploadCreated, UploadedFile,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::env;
use crate::error::Failure;

/// Where `mith serve` listens when nothing is configured.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

/// Small requests answer at once; a server that is silent for so long is gone.
const SMALL_REQUEST: Duration = Duration::from_mins(1);
/// An answer of our API is a page of JSON; a report of a huge model is some megabytes.
const MAX_ANSWER: usize = 256 << 20;
/// What stands for itself in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A registry, and the token to show it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: String,
    token: Option<String>,
}

/// An answer, typed and as the server sent it.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// As this version of `mith` understands it.
    pub typed: T,
    /// As the server sent it, with keys that a newer server may have added.
    pub raw: Value,
}

/// What a person decides about a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Admit what is held.
    Approve,
    /// Refuse what is held.
    Deny,
    /// Take back what is admitted.
    Withdraw,
}

impl Review {
    /// The word in the route and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Withdraw => "withdraw",
        }
    }
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// An address that is no `http://` or `https://` URL, a token that cannot be sent.
    pub fn new(server: &str, token: Option<String>) -> Result<Self, Failure> {
        let url = check_server(server)?;
        if token.as_ref().is_some_and(|token| {
            token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic())
        }) {
            return Err(Failure::usage(
                "the token holds a space, a line feed or a character that no token has",
            )
            .hint("copy it again; `mith serve` prints it at its first start"));
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("mith/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
            // Plain HTTP needs no roots: a machine without any must still reach its own registry.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            Failure::new(anyhow::Error::from(error).context("prepare the HTTP client"))
        })?;
        Ok(Self {
            http,
            server: url.as_str().trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// The address of the registry, without a final slash.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The models with their newest revision.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn models(
        &self,
        search: Option<&str>,
        limit: u32,
    ) -> Result<Answer<ModelList>, Failure> {
        let mut query: Vec<(&str, String)> = vec![("limit", limit.to_string())];
        query.extend(search.map(|text| ("search", text.to_owned())));
        let request = self
            .request(Method::GET, "models")
            .query(&query)
            .timeout(SMALL_REQUEST);
        self.answer(request, "list the models").await
    }

    /// A model with all its revisions.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn model(&self, name: &RepoId) -> Result<Answer<ModelDetail>, Failure> {
        let request = self
            .request(Method::GET, &format!("models/{name}"))
            .timeout(SMALL_REQUEST);
        self.answer(request, &format!("show `{name}`")).await
    }

    /// One revision with its report; `revision` is 40 hex digits or `latest`.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn revision(
        &self,
        name: &RepoId,
        revision: &str,
    ) -> Result<Answer<RevisionDetail>, Failure> {
        let path = format!("models/{name}/revisions/{revision}");
        let request = self.request(Method::GET, &path).timeout(SMALL_REQUEST);
        self.answer(request, &format!("show `{name}`")).await
    }

    /// Decides about a revision.
    ///
    /// # Errors
    /// What the network or the server said, e.g. that the state does not allow it.
    pub async fn review(
        &self,
        name: &RepoId,
        revision: &str,
        review: Review,
        reason: &str,
    ) -> Result<Answer<RevisionDetail>, Failure> {
        let verb = review.as_str();
        let body = Decide {
            reason: reason.to_owned(),
        };
        let path = format!("models/{name}/revisions/{revision}/{verb}");
        let request = self.json(Method::POST, &path, &body)?;
        self.answer(request, &format!("{verb} `{name}`")).await
    }

    /// Opens an upload.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn open_upload(&self, name: &RepoId) -> Result<String, Failure> {
        let request = self.json(Method::POST, "uploads", &NewUpload { repo: name.clone() })?;
        let answer: Answer<UploadCreated> = self.answer(request, &format!("add `{name}`")).await?;
        Ok(answer.typed.upload)
    }

    /// Sends one file of an upload, its length and digest announced.
    ///
    /// # Errors
    /// What the network or the server said, e.g. that the disk is full.
    pub async fn put_file(
        &self,
        upload: &str,
        file: &UploadedFile,
        body: reqwest::Body,
    ) -> Result<UploadedFile, Failure> {
        let segments: Vec<String> = file
            .path
            .as_str()
            .split('/')
            .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
            .collect();
        let upload = utf8_percent_encode(upload, SEGMENT);
        let request = self
            .request(
                Method::PUT,
                &format!("uploads/{upload}/files/{}", segments.join("/")),
            )
            .header(reqwest::header::CONTENT_LENGTH, file.size)
            .header(reqwest::header::CONTENT_TYPE, "application/octet-stream")
            .header("X-Mith-SHA256", file.sha256.to_string())
            .body(body);
        let answer: Answer<UploadedFile> = self
            .answer(request, &format!("send `{}`", file.path))
            .await?;
        Ok(answer.typed)
    }

    /// Makes an upload a revision.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn commit(
        &self,
        upload: &str,
        commit: &CommitUpload,
    ) -> Result<Answer<RevisionDetail>, Failure> {
        let path = format!("uploads/{}/commit", utf8_percent_encode(upload, SEGMENT));
        let request = self.json(Method::POST, &path, commit)?;
        self.answer(request, "commit the upload").await
    }

    /// Throws an upload away.
    ///
    /// # Errors
    /// What the network or the server said.
    pub async fn abort_upload(&self, upload: &str) -> Result<(), Failure> {
        let path = format!("uploads/{}", utf8_percent_encode(upload, SEGMENT));
        let request = self
            .request(Method::DELETE, &path)
            .timeout(Duration::from_secs(5));
        self.send(request, "discard the upload").await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}/api/mith/v1/{path}", self.server));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn json(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<RequestBuilder, Failure> {
        let body = serde_json::to_vec(body)?;
        Ok(self
            .request(method, path)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .timeout(SMALL_REQUEST)
            .body(body))
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        doing: &str,
    ) -> Result<Answer<T>, Failure> {
        let response = self.send(request, doing).await?;
        let bytes = self.body(response, doing).await?;
        let broken = |error: serde_json::Error| {
            Failure::new(
                anyhow::Error::from(error)
                    .context("the answer is not what this version understands"),
            )
            .context(doing)
            .hint(format!(
                "is a Mithridate registry of this version behind {}?",
                self.server
            ))
        };
        let raw: Value = serde_json::from_slice(&bytes).map_err(broken)?;
        let typed = T::deserialize(&raw).map_err(broken)?;
        Ok(Answer { typed, raw })
    }

    async fn send(&self, request: RequestBuilder, doing: &str) -> Result<Response, Failure> {
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(&error).context(doing))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        // The body of an error only adds words; without it the status speaks.
        let body = self.body(response, doing).await.unwrap_or_default();
        Err(refused(status, &body, self.token.is_some()).context(doing))
    }

    async fn body(&self, mut response: Response, doing: &str) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.unreachable(&error).context(doing))?
        {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                return Err(Failure::message(
                    "the answer is longer than any that a registry gives",
                )
                .context(doing));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Says plainly that nobody answers; the chain of the HTTP library names its own layers.
    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let server = &self.server;
        if error.is_timeout() {
            return Failure::message(format!("{server} does not answer"))
                .hint("look at the server's log, or try again later");
        }
        let cause = root_cause(error);
        if error.is_connect() {
            return Failure::message(format!("connect to {server}: {cause}")).hint(
                "start it with `mith serve`, or name another one with `--server` or `MITH_SERVER`",
            );
        }
        Failure::message(format!("talk to {server}: {cause}"))
            .hint("the server closed the connection: look at its log; it may have stopped, or its disk may be full")
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn check_server(server: &str) -> Result<Url, Failure> {
    let refuse = |why: &str| {
        Failure::usage(format!("`{server}` is no address of a registry: {why}")).hint(format!(
            "it has the form {DEFAULT_SERVER} or https://models.example.org"
        ))
    };
    let url = Url::parse(server).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it needs to start with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse(
            "a token goes into `MITH_TOKEN`, not into the address",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("`?` and `#` may not stand in it"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// Whether two addresses name the same server: scheme, host and port.
pub fn same_server(left: &str, right: &str) -> bool {
    match (Url::parse(left), Url::parse(right)) {
        (Ok(left), Ok(right)) => left.origin() == right.origin(),
        _ => false,
    }
}

fn refused(status: StatusCode, body: &[u8], with_token: bool) -> Failure {
    let said: Option<ErrorBody> = serde_json::from_slice(body).ok();
    let (message, hint) = match said {
        Some(said) => (said.error, said.hint),
        None => (
            format!("the server answers {status}"),
            Some("is a Mithridate registry behind this address?".to_owned()),
        ),
    };
    let code = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => ExitCode::Usage,
        _ => ExitCode::Unreadable,
    };
    let failure = Failure::message(message).with_code(code);
    let failure = match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    if status == StatusCode::UNAUTHORIZED && !with_token {
        return failure.hint(format!(
            "no token was sent: pass `--token-file FILE`, or set `{}`; `mith serve` prints one at its first start",
            env::TOKEN
        ));
    }
    failure
}

#[cfg(test)]
mod tests;
