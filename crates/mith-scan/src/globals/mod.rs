//! The compiled-in tables of imports: what each name does when a pickle names or calls it.
//!
//! Owns: looking a name up. Must never: take a name that is not listed for harmless, or look at the machine.

mod lookup;
mod shape;

pub(crate) use lookup::{Reason, Ruling, rule_on};
pub(crate) use shape::{Arg, Shape};

use mith_core::Verdict;

include!(concat!(env!("OUT_DIR"), "/globals.rs"));

/// What is known of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Makes a plain value when it is called with one of the listed shapes.
    Inert,
    /// A class of a framework whose instances and state are data.
    Framework,
    /// Loads bytes inside the load; they are looked into.
    Nested,
    /// Listed as not known to be harmless.
    Unknown,
    /// May be named; runs what the file chooses when it is called.
    Caution,
    /// Runs code or does harm; naming it is enough.
    Gadget,
}

/// What `BUILD` may give to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    None,
    /// A dict of attributes.
    Dict,
    /// Whatever the class takes.
    Any,
}

/// How the bytes of a nested load are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadFormat {
    /// `pickle.loads`.
    Pickle,
    /// `torch.load`.
    Torch,
    /// `numpy.load`.
    Numpy,
    /// `joblib.load`.
    Joblib,
}

/// A load inside the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    /// What reads the bytes.
    pub(crate) format: LoadFormat,
    /// Which argument they are.
    pub(crate) argument: u8,
    /// The verdict when nothing is wrong with the bytes.
    pub(crate) alone: Verdict,
}

/// Names that are judged alike.
#[derive(Debug)]
pub(crate) struct Row {
    /// Sorted; `*` alone for a whole module.
    pub(crate) names: &'static [&'static str],
    /// What is known.
    pub(crate) tier: Tier,
    /// The calls that are harmless.
    pub(crate) shapes: &'static [Shape],
    /// What state an instance may be given.
    pub(crate) state: State,
    /// Whether items may be stored into an instance.
    pub(crate) items: bool,
    /// Whether what it returns is something of the file's choice, so that calling that is dangerous.
    pub(crate) resolver: bool,
    /// The argument that names the class of which an instance is made.
    pub(crate) instance_of: Option<u8>,
    /// Set for loads inside the load.
    pub(crate) load: Option<Load>,
    /// Continues the sentence "`module.name` …".
    pub(crate) why: &'static str,
}

#[cfg(test)]
mod tests;
