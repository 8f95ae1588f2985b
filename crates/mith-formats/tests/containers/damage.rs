//! Fixtures cut anywhere and with bits flipped.

use mith_testkit::{
    numpy,
    safetensors::SafeTensors,
    tar::Tar,
    torch::{self, Checkpoint},
    zip::{Member, Zip},
};
use proptest::prelude::*;

use super::exercise;

/// One honest file of each kind, and some that lie.
fn fixtures() -> Vec<Vec<u8>> {
    let pickle = torch::float_state_dict(&[("weight", 2), ("bias", 1)]);
    let zip = Zip::new()
        .member(Member::new("a", b"first").zip64())
        .member(Member::new("b", vec![5; 300]).deflated().descriptor())
        .member(Member::new("évil", b"x").hidden().behind("gap"));
    vec![
        Checkpoint::new(&pickle)
            .storage([0; 8])
            .storage([1; 4])
            .build(),
        zip.clone().zip64().comment("hello").append("tail").build(),
        zip.clone().prepend(zip.build()).build(),
        zip.no_directory().build(),
        torch::legacy(&pickle, b"\x80\x02].", &[(2, &[0; 8])]),
        torch::tarball(b"\x80\x02K\0.", b"\x80\x02K\0.", &pickle),
        Tar::new()
            .long_name(&"n".repeat(120), b"long")
            .pax(&[("path", "p"), ("size", "2")], "q", b"pax")
            .base256("r", 3, b"abc")
            .build(),
        SafeTensors::new()
            .entry(r#""__metadata__":{"format":"pt"}"#)
            .tensor("a", "F32", &[2], &[0; 8])
            .tensor("b", "U8", &[3], &[0; 3])
            .build(),
        numpy::npy(
            1,
            &numpy::header("[('a', '<f4', (2,)), ('b', '|O')]", "(2,)"),
            b"\x80\x03N.",
        ),
        br#"{"auto_map": {"AutoModel": "m.M"}, "n": [1, -2.5e3, "\ud83d\ude00"]}"#.to_vec(),
    ]
}

#[test]
fn every_cut_of_every_fixture_is_read_without_a_panic() {
    for fixture in fixtures() {
        for end in 0..fixture.len() {
            exercise(&fixture[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn flipped_bits_are_read_without_a_panic(
        which in 0_usize..10,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..12),
    ) {
        let mut bytes = fixtures().swap_remove(which);
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        exercise(&bytes);
    }

    #[test]
    fn numbers_replaced_by_extremes_are_read_without_a_panic(
        which in 0_usize..10,
        at in any::<prop::sample::Index>(),
        value in prop_oneof![Just([0xff_u8; 8]), Just([0; 8]), Just([0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]), any::<[u8; 8]>()],
        width in 1_usize..=8,
    ) {
        let mut bytes = fixtures().swap_remove(which);
        let start = at.index(bytes.len());
        for (to, from) in bytes.iter_mut().skip(start).zip(value.iter().take(width)) {
            *to = *from;
        }
        exercise(&bytes);
    }

    #[test]
    fn what_the_zip_builder_wrote_is_read_back(
        contents in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..2000), any::<bool>(), any::<bool>(), any::<bool>()), 0..6),
        prefix in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        use std::io::Read;
        let mut zip = Zip::new().prepend(&prefix);
        for (at, (content, deflated, zip64, descriptor)) in contents.iter().enumerate() {
            let mut member = Member::new(format!("m{at}"), content);
            if *deflated {
                member = member.deflated();
            }
            if *zip64 {
                member = member.zip64();
            } else if *descriptor {
                member = member.descriptor();
            }
            zip = zip.member(member);
        }
        let bytes = zip.build();
        let limits = super::limits();
        let budget = mith_formats::budget::Budget::new(&limits);
        let (archive, defects) = mith_formats::zip::read(&bytes, &limits);
        // Chance bytes in front could be a signature; nothing else may be noted.
        prop_assert!(defects.is_empty() || prefix.windows(2).any(|pair| pair == b"PK"), "{defects:?}");
        for (entry, (content, ..)) in archive.entries.iter().zip(&contents) {
            let mut stream = entry.stream(&bytes, &limits, &budget).unwrap();
            let mut out = Vec::new();
            stream.read_to_end(&mut out).unwrap();
            prop_assert_eq!(&out, content);
            prop_assert_eq!(stream.finish(), Vec::new());
        }
        prop_assert_eq!(archive.entries.len(), contents.len());
    }
}
