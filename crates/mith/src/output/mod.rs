//! From data to text: what goes to stdout, what goes to stderr, and how each format looks.
//!
//! Must never: decide anything. A text of a model, a file name or a server passes [`printable`] before a terminal sees it.

pub mod explain;
pub mod human;
pub mod json;
pub mod markdown;
mod printable;
pub mod progress;
pub mod registry;
pub mod sarif;
mod size;
mod style;
pub mod subject;
mod terminal;

pub use printable::printable;
pub use size::size;
pub use style::{Paint, symbol};
pub use terminal::Terminal;

#[cfg(test)]
mod tests;
