//! Where the bytes of a pickle come from: an input of known size, or a decompressed stream.

use std::cell::RefCell;
use std::io::{self, Read};

use crate::input::Input;

/// The bytes of one stream that may hold pickles.
pub trait PickleSource {
    /// Fills as much of `buffer` as there is from `offset`; 0 means the end. Without [`Self::rereads`], offsets never fall.
    ///
    /// # Errors
    /// What is below said; [`io::ErrorKind::Unsupported`] for going back in a source that cannot.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Length in bytes, where it is known.
    fn size(&self) -> Option<u64>;

    /// Whether earlier offsets can be read again.
    fn rereads(&self) -> bool;
}

impl<I: Input + ?Sized> PickleSource for I {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Input::read_at(self, offset, buffer)
    }

    fn size(&self) -> Option<u64> {
        Some(Input::size(self))
    }

    fn rereads(&self) -> bool {
        true
    }
}

/// A sequential reader (a decompressor) as a source. Give it a way to open the stream anew where that is possible: some
/// streams have to be read twice.
pub struct StreamSource<'stream> {
    state: RefCell<StreamState<'stream>>,
    open: Option<Box<Opener<'stream>>>,
}

/// Opens a stream from its beginning.
type Opener<'stream> = dyn Fn() -> io::Result<Box<dyn Read + 'stream>> + 'stream;

struct StreamState<'stream> {
    reader: Box<dyn Read + 'stream>,
    position: u64,
}

impl<'stream> StreamSource<'stream> {
    /// A stream that can be read once.
    pub fn once(reader: Box<dyn Read + 'stream>) -> Self {
        Self {
            state: RefCell::new(StreamState {
                reader,
                position: 0,
            }),
            open: None,
        }
    }

    /// A stream that `open` begins anew as often as needed.
    ///
    /// # Errors
    /// What the first `open` said.
    pub fn reopening(
        open: impl Fn() -> io::Result<Box<dyn Read + 'stream>> + 'stream,
    ) -> io::Result<Self> {
        Ok(Self {
            state: RefCell::new(StreamState {
                reader: open()?,
                position: 0,
            }),
            open: Some(Box::new(open)),
        })
    }
}

impl PickleSource for StreamSource<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.borrow_mut();
        if offset < state.position {
            let Some(open) = &self.open else {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "the stream cannot be read twice",
                ));
            };
            state.reader = open()?;
            state.position = 0;
        }
        let skip = offset - state.position;
        let skipped = io::copy(&mut state.reader.by_ref().take(skip), &mut io::sink())?;
        state.position += skipped;
        if skipped < skip {
            return Ok(0);
        }
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match state.reader.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        state.position += filled as u64;
        Ok(filled)
    }

    fn size(&self) -> Option<u64> {
        None
    }

    fn rereads(&self) -> bool {
        self.open.is_some()
    }
}
