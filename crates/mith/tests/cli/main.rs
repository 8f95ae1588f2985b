//! The real binary, as a user and as a script see it.

#[cfg(test)]
mod basics;
#[cfg(test)]
mod config;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod support;
