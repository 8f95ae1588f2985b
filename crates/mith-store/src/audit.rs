//! The hash chain of the audit log: what is hashed, and how a chain is checked. Knows no database.

use mith_core::Digest;

/// What stands before the first row.
pub(crate) const GENESIS: Digest = Digest::from_bytes([0; 32]);

/// A row as it is stored and hashed; texts as they stand in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainRow {
    pub(crate) seq: i64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
}

impl ChainRow {
    /// The hash of the row behind a row with this hash. Each field carries its length, so no two rows hash the same
    /// text.
    pub(crate) fn hash(&self, previous: &Digest) -> Digest {
        let mut text = String::from("mith.audit/1\n");
        let (seq, at, previous) = (
            self.seq.to_string(),
            self.at.to_string(),
            previous.to_string(),
        );
        for field in [
            &seq,
            &at,
            &self.actor,
            &self.action,
            &self.subject,
            &self.detail,
            &previous,
        ] {
            text.push_str(&field.len().to_string());
            text.push(':');
            text.push_str(field);
            text.push('\n');
        }
        Digest::of(text.as_bytes())
    }
}

/// Walks a chain row by row.
#[derive(Debug)]
pub(crate) struct Walk {
    rows: i64,
    head: Digest,
}

impl Walk {
    pub(crate) const fn new() -> Self {
        Self {
            rows: 0,
            head: GENESIS,
        }
    }

    pub(crate) const fn rows(&self) -> i64 {
        self.rows
    }

    pub(crate) const fn head(&self) -> Digest {
        self.head
    }

    /// Takes the next row with the two hashes that are stored beside it; says how the chain breaks there, if it does.
    pub(crate) fn step(
        &mut self,
        row: &ChainRow,
        previous: &str,
        hash: &str,
    ) -> Result<(), String> {
        let expected = self.rows + 1;
        if row.seq != expected {
            return Err(format!("row {expected} is missing"));
        }
        if previous != self.head.to_hex() {
            return Err("it does not name the hash of the row before".to_owned());
        }
        let computed = row.hash(&self.head);
        if hash != computed.to_hex() {
            return Err("its hash is not the hash of its content".to_owned());
        }
        self.rows = expected;
        self.head = computed;
        Ok(())
    }
}
