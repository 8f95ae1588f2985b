//! Who holds a token and what it allows.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::types::Actor;

/// What the holder of a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
}

impl Role {
    /// The word that stands in SQL and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "admin" => Ok(Self::Admin),
            _ => Err(StoreError::corrupt("role", text)),
        }
    }
}

/// The holder of a token that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name of the token.
    pub name: String,
    /// What it allows.
    pub role: Role,
}

impl Identity {
    /// The holder as the audit log names it.
    pub fn actor(&self) -> Actor {
        Actor::token(&self.name)
    }
}

/// A token in a list; the token itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenRecord {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it was added.
    #[serde(serialize_with = "crate::types::serialize_time")]
    pub created_at: Timestamp,
}
