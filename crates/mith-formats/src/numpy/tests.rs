//! numpy.
