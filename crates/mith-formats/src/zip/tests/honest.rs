//! What ordinary writers write has no defect.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

#[test]
fn lists_stored_and_deflated_members() {
    let archive = honest(&two().build());
    assert_eq!(names(&archive), ["a", "b"]);
    assert!(archive.gaps.is_empty() && archive.prepended.is_none() && archive.appended.is_none());
    for entry in &archive.entries {
        let views = entry.views;
        assert!(views.python && views.miniz && views.central && views.stream && !views.carved);
    }
}

#[test]
fn accepts_what_torch_writes() {
    let bytes = mith_testkit::torch::Checkpoint::new(b"\x80\x02N.")
        .storage([7; 100])
        .build();
    let archive = honest(&bytes);
    assert_eq!(archive.entries.len(), 4);
    assert!(archive.entries.iter().all(|entry| entry.views.stream));
    assert!(
        archive
            .entries
            .iter()
            .all(|entry| entry.data.start % 64 == 0)
    );
}

#[test]
fn accepts_zip64_everywhere() {
    let member = Member::new("a", b"first").zip64();
    let archive = honest(&Zip::new().zip64().member(member).build());
    assert_eq!(archive.entries[0].size, Some(5));
    assert!(archive.directories[0].zip64);
}

#[test]
fn accepts_an_empty_archive() {
    let archive = honest(&Zip::new().build());
    assert!(archive.is_zip());
    assert_eq!(archive.entries, []);
    assert_eq!(
        honest(&Zip::new().prepend("stub").build()).prepended,
        Some(0..4)
    );
}

#[test]
fn accepts_a_comment_and_a_folder() {
    let zip = Zip::new()
        .member(Member::new("folder/", b""))
        .comment("made by hand");
    let archive = honest(&zip.build());
    assert!(archive.entries[0].is_folder());
}

#[test]
fn reports_what_is_prepended_and_appended() {
    let archive = honest(&two().prepend("stub").append("tail").build());
    assert_eq!(archive.prepended, Some(0..4));
    let size = two().build().len() as u64;
    assert_eq!(archive.appended, Some(size + 4..size + 8));
    assert_eq!(archive.directories[0].base, 4);
    let shifted = honest(&two().prepend("stub").shifted().build());
    assert_eq!(shifted.directories[0].base, 0);
    assert_eq!(names(&shifted), ["a", "b"]);
}

#[test]
fn a_nested_zip_is_a_member_and_no_second_archive() {
    let inner = two().build();
    let archive = honest(&Zip::new().member(Member::new("inner.zip", inner)).build());
    assert_eq!(names(&archive), ["inner.zip"]);
    assert_eq!(archive.directories.len(), 1);
}

#[test]
fn bytes_that_are_no_zip_give_nothing() {
    for bytes in [&b""[..], b"PK", b"hello", &[0; 100]] {
        let (archive, defects) = list(bytes);
        assert!(!archive.is_zip());
        assert_eq!(defects.len(), 1);
        assert_eq!(defects[0].kind, DefectKind::Malformed);
    }
}

/// Counts what is read below.
struct Counted {
    size: u64,
    tail: Vec<u8>,
    read: AtomicU64,
}

impl Input for Counted {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        // The member's data is all zeros between its header and the directory.
        let head = 30 + 1;
        let middle = self.size - (self.tail.len() as u64 - head);
        for (at, byte) in (offset..self.size).zip(buffer.iter_mut()) {
            let place = if at < head {
                Some(at)
            } else {
                at.checked_sub(middle).map(|at| at + head)
            };
            *byte = place.map_or(0, |place| self.tail[usize::try_from(place).unwrap()]);
        }
        Ok(usize::try_from(self.size - offset)
            .unwrap()
            .min(buffer.len()))
    }
}

#[test]
fn listing_a_large_member_reads_only_headers() {
    let size = 1_u64 << 30;
    let data = size - 31;
    let member = Member::new("a", b"").size(data).compressed_size(data);
    let mut tail = Zip::new().member(member).build();
    let total = size + tail.len() as u64 - 31;
    // The directory is where the claimed data ends.
    let end = tail.len() - 6;
    tail[end..end + 4].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
    let input = Counted {
        size: total,
        tail,
        read: AtomicU64::new(0),
    };
    let (archive, defects) = read(&input, &Limits::default());
    assert_eq!(defects, []);
    assert_eq!(archive.entries[0].data, 31..size);
    let read = input.read.load(Ordering::Relaxed);
    assert!(read < 300_000, "{read}");
}

#[test]
fn sixty_thousand_members_are_listed_in_no_time() {
    let one = Zip::new().member(Member::new("m00000", b"x")).build();
    let (local, record) = (&one[..37], &one[37..37 + 52]);
    let mut bytes = Vec::new();
    let mut records = Vec::new();
    let count = 60_000_u32;
    for at in 0..count {
        let name = format!("m{at:05}");
        let mut record = record.to_vec();
        record[42..46].copy_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
        record[46..].copy_from_slice(name.as_bytes());
        records.extend(record);
        bytes.extend_from_slice(&local[..30]);
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'x');
    }
    let start = u32::try_from(bytes.len()).unwrap();
    let size = u32::try_from(records.len()).unwrap();
    bytes.extend(records);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend([u16::try_from(count).unwrap().to_le_bytes(); 2].concat());
    bytes.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    let started = std::time::Instant::now();
    let archive = honest(&bytes);
    assert_eq!(archive.entries.len(), 60_000);
    assert!(started.elapsed() < std::time::Duration::from_secs(3));
}
