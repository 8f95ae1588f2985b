//! An input that cannot be read is a defect of every reader, never silence.

use std::io;

use mith_formats::{
    DefectKind, Input, Limits, json, numpy, safetensors, sniff, tar, text, torch, zip,
};

/// Fails from some offset on.
struct Failing {
    bytes: Vec<u8>,
    from: u64,
}

impl Input for Failing {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if offset + buffer.len() as u64 > self.from {
            return Err(io::Error::other("the disk is gone"));
        }
        self.bytes.as_slice().read_at(offset, buffer)
    }
}

#[test]
fn every_reader_reports_what_it_could_not_read() {
    let input = Failing {
        bytes: vec![b'{'; 100_000],
        from: 0,
    };
    let limits = Limits::default();
    let defects = [
        zip::read(&input, &limits).1,
        tar::read(&input, &limits).1,
        safetensors::read(&input, &limits).1,
        numpy::read(&input, &limits).1,
        vec![json::check(&input, &limits).unwrap_err()],
    ];
    for list in defects {
        assert!(
            list.iter().any(|defect| defect.kind == DefectKind::Io),
            "{list:?}"
        );
    }
    assert!(text::is_utf8_text(&input).is_err());
    assert!(sniff::formats(&input).is_empty());
    assert!(!torch::legacy::recognise(&input));
}

#[test]
fn a_member_that_fails_in_the_middle_says_so() {
    use mith_testkit::zip::{Member, Zip};
    let data: Vec<u8> = (0..200_000_u32)
        .flat_map(|value| value.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for member in [Member::new("a", &data), Member::new("a", &data).deflated()] {
        let bytes = Zip::new().member(member).build();
        let limits = Limits::default();
        let budget = mith_formats::budget::Budget::new(&limits);
        let (archive, _) = zip::read(&bytes, &limits);
        let input = Failing {
            bytes,
            from: 100_000,
        };
        let defects = archive.entries[0].verify(&input, &limits, &budget);
        assert_eq!(defects.len(), 1);
        assert_eq!(defects[0].kind, DefectKind::Io);
    }
}
