//! Progress on stderr, on a terminal only, and only for work that takes a while.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Terminal;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// Counts bytes; draws once the work has lasted a while.
pub struct Progress {
    enabled: bool,
    started: Instant,
    what: Cow<'static, str>,
    total: Option<u64>,
    bar: OnceLock<ProgressBar>,
    done: std::sync::atomic::AtomicU64,
}

impl Progress {
    /// Progress of work whose length is not known, e.g. `Scanning`.
    pub fn open_ended(what: &'static str, terminal: &Terminal) -> Self {
        Self::new(what, None, terminal)
    }

    /// Progress towards a number of bytes.
    pub fn towards(total: u64, what: &'static str, terminal: &Terminal) -> Self {
        Self::new(what, Some(total), terminal)
    }

    fn new(what: &'static str, total: Option<u64>, terminal: &Terminal) -> Self {
        Self {
            enabled: terminal.shows_progress(),
            started: Instant::now(),
            what: Cow::Borrowed(what),
            total,
            bar: OnceLock::new(),
            done: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// So many bytes more are done.
    pub fn add(&self, bytes: u64) {
        use std::sync::atomic::Ordering::Relaxed;
        if !self.enabled {
            return;
        }
        let done = self.done.fetch_add(bytes, Relaxed) + bytes;
        if self.bar.get().is_some() || self.started.elapsed() >= PATIENCE {
            self.bar.get_or_init(|| self.draw()).set_position(done);
        }
    }

    /// Removes the line.
    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    fn draw(&self) -> ProgressBar {
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let (bar, template) = match self.total {
            Some(total) => (
                ProgressBar::with_draw_target(Some(total), target),
                "{msg} {bar:24} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}",
            ),
            None => (
                ProgressBar::with_draw_target(None, target),
                "{spinner} {msg} {decimal_bytes} {decimal_bytes_per_sec}",
            ),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.with_elapsed(self.started.elapsed())
            .with_message(self.what.clone())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
