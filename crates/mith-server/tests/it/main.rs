//! The server as its clients see it: real HTTP on loopback, a real store, a real scanner.

#[cfg(test)]
mod support;

#[cfg(test)]
mod access;
#[cfg(test)]
mod files;
#[cfg(test)]
mod hub;
#[cfg(test)]
mod life;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod states;
#[cfg(test)]
mod uploads;
