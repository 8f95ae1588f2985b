//! sniff.
