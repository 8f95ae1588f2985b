//! Who asks: the token of a request, never from a URL.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use mith_core::Digest;
use mith_store::{Identity, Store, StoreError};

use crate::error::ApiError;
use crate::state::SharedState;

/// How long a verified token is believed without asking the store; a revoked token ends within this time.
const BELIEVED: Duration = Duration::from_secs(2);
/// How many tokens are remembered.
const REMEMBERED: usize = 1_024;

/// The token of a request, if it carries one in the way that tokens are carried.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Tokens that were verified a moment ago, by their hash.
#[derive(Default)]
pub(crate) struct TokenCache {
    known: Mutex<HashMap<Digest, (Arc<Identity>, Instant)>>,
}

impl TokenCache {
    /// Who holds the token; `None` when nobody does. Only good answers are remembered.
    pub(crate) async fn verify(
        &self,
        store: &dyn Store,
        token: &str,
    ) -> Result<Option<Arc<Identity>>, StoreError> {
        let hash = Digest::of(token.as_bytes());
        if let Some(identity) = self.recall(&hash) {
            return Ok(Some(identity));
        }
        let Some(identity) = store.verify_token(token).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(hash, (Arc::clone(&identity), Instant::now()));
        Ok(Some(identity))
    }

    fn recall(&self, hash: &Digest) -> Option<Arc<Identity>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (identity, at) = known.get(hash)?;
        (at.elapsed() < BELIEVED).then(|| Arc::clone(identity))
    }
}

/// The holder of the token of a request to our own API.
pub(crate) struct Caller(pub(crate) Arc<Identity>);

impl FromRequestParts<SharedState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let refuse = |error: &str| {
            ApiError::new(StatusCode::UNAUTHORIZED, error)
                .hint("send the header `Authorization: Bearer hf_…` with a token of this registry")
        };
        let Some(token) = bearer(&parts.headers) else {
            return Err(refuse("this registry needs a token"));
        };
        match state.tokens.verify(state.store.as_ref(), token).await? {
            Some(identity) => Ok(Self(identity)),
            None => Err(refuse("the token is not one of this registry")),
        }
    }
}
