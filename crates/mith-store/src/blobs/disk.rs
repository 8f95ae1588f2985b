//! `DiskBlobs`: blobs as files in the data folder.

/// Blobs as files under `blobs/` of a data folder.
#[derive(Debug)]
pub struct DiskBlobs;
