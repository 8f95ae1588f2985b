//! One artifact under every view that a loader could take of its bytes.
//!
//! Owns: choosing the views, adding up their findings, coverage, and the report. Must never: believe a name or a magic
//! number so far as to leave another view out, or call bytes clean that no view explains.

mod archive;
mod claim;
mod coverage;
mod effort;
mod json;
mod members;
mod pickle_view;
mod pickles;
mod route;
mod sheet;
mod tags;
mod tensors;
mod text;
mod torch;

pub(crate) use effort::Effort;
pub(crate) use pickles::Judge;
pub(crate) use route::examine;
pub(crate) use sheet::{Context, Item, Sheet};
