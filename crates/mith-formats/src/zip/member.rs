//! Opening a member: a window for stored data, a bounded inflating stream for deflated data.

use std::io::{self, Read};

use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};

use super::{Entry, Method};
use crate::{
    Defect, DefectKind, Input, Limits, Section, budget::Budget, defects::shown,
    input::SectionStream,
};

/// A member up to this size may have any ratio.
const SMALL: u64 = 1 << 20;

/// How much compressed data is read at a time.
const CHUNK: usize = 32 << 10;

/// An opened member.
pub enum Member<'input> {
    /// Stored: random access, nothing is read or checked until it is asked for.
    Stored(Section<'input>),
    /// Deflated: a bounded stream.
    Inflating(Box<MemberStream<'input>>),
}

/// Reads a member from its beginning to its end, bounded, and compares what it sees with the claims.
///
/// A budget that runs out and data that does not inflate end in an `io::Error`; either way, and for a wrong size or
/// CRC as well, [`MemberStream::finish`] has the defects.
pub struct MemberStream<'input> {
    source: SectionStream<'input>,
    inflater: Option<Inflater>,
    budget: &'input Budget,
    claim: Claim,
    hasher: Hasher,
    given: u64,
    /// Everything is charged, not only what is inflated.
    overlaps: bool,
    ended: bool,
    failed: Option<(io::ErrorKind, String)>,
    defects: Vec<Defect>,
}

/// What the headers promise.
struct Claim {
    name: String,
    offset: u64,
    crc32: Option<u32>,
    size: Option<u64>,
    compressed: u64,
    most: u64,
}

struct Inflater {
    state: Decompress,
    chunk: Vec<u8>,
    at: usize,
    input_ended: bool,
}

impl Inflater {
    fn new() -> Self {
        Self {
            state: Decompress::new(false),
            chunk: Vec::new(),
            at: 0,
            input_ended: false,
        }
    }

    /// Inflates into `buffer`. `Ok(0)` is the end of the deflate stream.
    fn read(&mut self, source: &mut SectionStream<'_>, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.at >= self.chunk.len() && !self.input_ended {
                self.chunk.resize(CHUNK, 0);
                let count = source.read(&mut self.chunk)?;
                self.chunk.truncate(count);
                self.at = 0;
                self.input_ended = count == 0;
            }
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let rest = self.chunk.get(self.at..).unwrap_or_default();
            let status = self
                .state
                .decompress(rest, buffer, FlushDecompress::None)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let taken = self.state.total_in() - before_in;
            let given = self.state.total_out() - before_out;
            self.at = self
                .at
                .saturating_add(usize::try_from(taken).unwrap_or(usize::MAX));
            let given = usize::try_from(given).unwrap_or(usize::MAX);
            if given > 0 || status == Status::StreamEnd {
                return Ok(given);
            }
            let stuck = taken == 0 && self.at < self.chunk.len();
            if stuck || (taken == 0 && self.input_ended) {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the deflate stream ends in the middle",
                ));
            }
        }
    }
}

impl Read for MemberStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, message)) = &self.failed {
            return Err(io::Error::new(*kind, message.clone()));
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.overlaps && self.budget.left() == 0 {
            return Err(self.over_budget());
        }
        let result = match &mut self.inflater {
            Some(inflater) => {
                let before = inflater.state.total_in();
                let result = inflater.read(&mut self.source, buffer);
                if self.overlaps {
                    // Data can be read for long without giving anything out.
                    self.budget.take(inflater.state.total_in() - before);
                }
                result
            }
            None => self.source.read(buffer),
        };
        match result {
            Ok(0) => {
                self.ended = true;
                self.compare();
                Ok(0)
            }
            Ok(count) => self.account(buffer.get(..count).unwrap_or_default()),
            Err(error) => Err(self.fail(&error)),
        }
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

    /// How many bytes were given out.
    pub const fn position(&self) -> u64 {
        self.given
    }

    fn account(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        let before = self.given;
        self.given += bytes.len() as u64;
        if let Some(size) = self.claim.size
            && before <= size
            && self.given > size
        {
            self.note(
                DefectKind::Disagreement,
                &format!("holds more than the {size} bytes it claims"),
            );
        }
        let charged = self.inflater.is_some() || self.overlaps;
        if charged && (self.given > self.claim.most || !self.budget.take(bytes.len() as u64)) {
            return Err(self.over_budget());
        }
        Ok(bytes.len())
    }

    fn over_budget(&mut self) -> io::Error {
        let message = format!("goes beyond the budget ({} bytes so far)", self.given);
        self.note(DefectKind::Budget, &message);
        self.failed = Some((io::ErrorKind::FileTooLarge, message.clone()));
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    }

    fn fail(&mut self, error: &io::Error) -> io::Error {
        let kind = match error.kind() {
            io::ErrorKind::InvalidData => DefectKind::Malformed,
            io::ErrorKind::UnexpectedEof => DefectKind::Truncated,
            _ => DefectKind::Io,
        };
        self.note(
            kind,
            &format!("cannot be read after {} bytes: {error}", self.given),
        );
        self.failed = Some((error.kind(), error.to_string()));
        io::Error::new(error.kind(), error.to_string())
    }

    /// Compares the whole member with the claims, at its end.
    fn compare(&mut self) {
        if let Some(size) = self.claim.size
            && self.given < size
        {
            let message = format!("holds {} bytes and claims {size}", self.given);
            self.note(DefectKind::Disagreement, &message);
        }
        if let Some(inflater) = &self.inflater
            && self.claim.size.is_some()
            && inflater.state.total_in() < self.claim.compressed
        {
            let behind = self.claim.compressed - inflater.state.total_in();
            let message = format!("has {behind} bytes behind its deflate stream");
            self.note(DefectKind::Disagreement, &message);
        }
        let actual = self.hasher.clone().finalize();
        if let Some(claimed) = self.claim.crc32
            && claimed != actual
        {
            let message = format!(
                "has CRC-32 {actual:08x} and claims {claimed:08x}; some readers refuse it, torch does not"
            );
            self.note(DefectKind::Disagreement, &message);
        }
    }

    fn note(&mut self, kind: DefectKind, what: &str) {
        let message = format!("member `{}` {what}", self.claim.name);
        self.defects
            .push(Defect::new(kind, self.claim.offset, message));
    }
}

impl Entry {
    /// Opens the member for scanning: random access when it is stored, else a bounded stream.
    ///
    /// When the two headers disagree about the method, the central one decides; set [`Entry::method`] of a clone to
    /// read it the way a stream reader would.
    ///
    /// # Errors
    /// An `Unsupported` defect for real encryption and unknown compression, a `Budget` defect for stored members that
    /// share bytes once the budget is gone.
    pub fn open<'input>(
        &self,
        input: &'input dyn Input,
        limits: &Limits,
        budget: &'input Budget,
    ) -> Result<Member<'input>, Defect> {
        let stream = self.stream(input, limits, budget)?;
        if self.method != Method::Stored {
            return Ok(Member::Inflating(Box::new(stream)));
        }
        let section = self.section(input);
        if self.overlaps && !budget.take(section.size()) {
            let message = format!(
                "member `{}` shares its bytes and goes beyond the budget",
                shown(&self.name)
            );
            return Err(Defect::new(DefectKind::Budget, self.header_offset, message));
        }
        Ok(Member::Stored(section))
    }

    /// Opens the member as a stream that checks size and CRC, stored or not.
    ///
    /// # Errors
    /// An `Unsupported` defect for real encryption and unknown compression.
    pub fn stream<'input>(
        &self,
        input: &'input dyn Input,
        limits: &Limits,
        budget: &'input Budget,
    ) -> Result<MemberStream<'input>, Defect> {
        let refuse = |what: String| {
            let message = format!("member `{}` {what}", shown(&self.name));
            Defect::new(DefectKind::Unsupported, self.header_offset, message)
        };
        // A flag in only one of the two headers is a lie: the readers that do not look there get plain data.
        let also_local = self
            .local
            .as_ref()
            .is_none_or(|local| local.flags & super::record::ENCRYPTED != 0);
        if self.is_encrypted() && also_local {
            return Err(refuse("is encrypted".to_owned()));
        }
        let inflater = match self.method {
            Method::Stored => None,
            Method::Deflated => Some(Inflater::new()),
            Method::Other(number) => {
                return Err(refuse(format!("uses compression method {number}")));
            }
        };
        let compressed = self.data.end.saturating_sub(self.data.start);
        Ok(MemberStream {
            source: self.section(input).stream(),
            inflater,
            budget,
            claim: Claim {
                name: shown(&self.name),
                offset: self.header_offset,
                crc32: self.crc32,
                size: self.size,
                compressed,
                most: compressed.saturating_mul(limits.ratio).max(SMALL),
            },
            hasher: Hasher::new(),
            given: 0,
            overlaps: self.overlaps,
            ended: false,
            failed: None,
            defects: Vec::new(),
        })
    }

    /// Reads the member through and says what is wrong with it: size, CRC, what hides behind the deflate stream. For
    /// stored members that [`Entry::open`] gave as a window and that are small enough to be read twice.
    pub fn verify(&self, input: &dyn Input, limits: &Limits, budget: &Budget) -> Vec<Defect> {
        let mut stream = match self.stream(input, limits, budget) {
            Ok(stream) => stream,
            Err(defect) => return vec![defect],
        };
        // An error of reading is among the defects of the stream.
        let _ = io::copy(&mut stream, &mut io::sink());
        stream.finish()
    }

    /// The raw bytes of the member in the input, compressed or not.
    pub fn section<'input>(&self, input: &'input dyn Input) -> Section<'input> {
        let size = self.data.end.saturating_sub(self.data.start);
        Section::new(input, self.data.start, size)
    }
}
