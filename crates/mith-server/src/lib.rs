//! The registry server: Hub-compatible reads of admitted models, vetting of everything else, and pages for people.
//!
//! Owns: HTTP, who may ask, what a refusal says, the scan workers, HTML. Must never: show a client a byte or a file name of
//! a revision that is not admitted, parse a model file itself, or write a token to a log.

mod api;
mod auth;
mod cache;
mod config;
mod error;
mod housekeeping;
mod hub;
mod listen;
mod pages;
mod request;
mod routes;
mod server;
mod session;
mod stall;
mod state;
pub mod wire;
mod worker;

pub use config::{Bounds, ServerConfig};
pub use server::{RunningServer, Server, StartError};
