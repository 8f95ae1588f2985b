//! Who is logged in on the pages.
//!
//! The cookie is a random number; what is kept of it is its SHA-256. The token itself stands neither in the cookie nor
//! here, and a session ends with its token.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use mith_core::Digest;
use mith_store::{Identity, Store, StoreError};

/// The name of the cookie.
const NAME: &str = "mith_session";
/// How long a login lasts.
const LIFE: Duration = Duration::from_hours(8);
/// How many people may be logged in; the oldest login goes first.
const MOST: usize = 1_000;

/// All logins, in memory: a restart logs everybody out.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<Digest, (Arc<Identity>, Instant)>>,
}

/// A login that a request has proven.
pub(crate) struct Session {
    /// Whose it is.
    pub(crate) identity: Arc<Identity>,
    /// What every form must send back.
    pub(crate) csrf: String,
}

impl Sessions {
    /// Opens a session and returns the value of its cookie; `None` when the system has no random bytes.
    pub(crate) fn open(&self, identity: Arc<Identity>) -> Option<String> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).ok()?;
        let mut id = String::with_capacity(64);
        for byte in random {
            write!(id, "{byte:02x}").ok()?;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, since)| since.elapsed() < LIFE);
        if open.len() >= MOST
            && let Some(oldest) = open
                .iter()
                .min_by_key(|(_, (_, since))| *since)
                .map(|(id, _)| *id)
        {
            open.remove(&oldest);
        }
        open.insert(Digest::of(id.as_bytes()), (identity, Instant::now()));
        Some(id)
    }

    /// The session of a request, if its token still lives.
    pub(crate) async fn find(
        &self,
        store: &dyn Store,
        headers: &HeaderMap,
    ) -> Result<Option<Session>, StoreError> {
        let Some(id) = cookie(headers) else {
            return Ok(None);
        };
        let hash = Digest::of(id.as_bytes());
        let found = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.get(&hash)
                .filter(|(_, since)| since.elapsed() < LIFE)
                .map(|(identity, _)| Arc::clone(identity))
        };
        let Some(identity) = found else {
            return Ok(None);
        };
        let live = store.tokens().await?;
        if !live.iter().any(|token| token.name == identity.name) {
            self.close(headers);
            return Ok(None);
        }
        let csrf = csrf_of(id);
        Ok(Some(Session { identity, csrf }))
    }

    /// Ends the session of a request.
    pub(crate) fn close(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers) {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.remove(&Digest::of(id.as_bytes()));
        }
    }
}

impl Session {
    /// Whether a form came from a page of this session.
    pub(crate) fn owns(&self, csrf: &str) -> bool {
        same(csrf.as_bytes(), self.csrf.as_bytes())
    }
}

/// The header that hands out a session.
pub(crate) fn set_cookie(id: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!(
        "{NAME}={id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{secure}",
        LIFE.as_secs()
    )
}

/// The header that takes it back.
pub(crate) fn clear_cookie() -> String {
    format!("{NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == NAME).then_some(value))
}

/// Derived, so that nothing more must be kept; it does not lead back to the id.
fn csrf_of(id: &str) -> String {
    Digest::of(format!("mith.csrf/1\n{id}").as_bytes()).to_hex()
}

/// Compares in a time that does not depend on where two texts differ.
fn same(left: &[u8], right: &[u8]) -> bool {
    let difference = left
        .iter()
        .zip(right)
        .fold(0_u8, |sum, (left, right)| sum | (left ^ right));
    left.len() == right.len() && std::hint::black_box(difference) == 0
}
