//! The few settings of a store; the defaults are what a server uses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Where the store gets the time from; leases and expiry are tested with a clock that stands still.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now in milliseconds since 1970, as the database keeps it.
    pub(crate) fn now(&self) -> i64 {
        (self.0)().as_millisecond()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// The settings of a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The time.
    pub clock: Clock,
    /// After how many attempts a job is given up and its revision denied.
    pub max_attempts: u32,
    /// How long a job waits after a failure; the wait grows with each attempt.
    pub retry_delay: Duration,
    /// How long an upload may rest untouched before it is forgotten.
    pub upload_lifetime: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            max_attempts: 3,
            retry_delay: Duration::from_secs(2),
            upload_lifetime: Duration::from_hours(24),
        }
    }
}
