//! The server as its clients see it: real HTTP on loopback, a real store, a real scanner.

mod support;

mod access;
mod files;
mod hub;
mod life;
mod pages;
mod states;
mod uploads;
