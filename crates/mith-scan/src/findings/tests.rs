//! How findings are counted, ordered and bounded.

use mith_core::{Evidence, Location};

use super::*;
use crate::rules;

fn import(name: &str, call: Option<&str>) -> Finding {
    rules::pickle_known_gadget::RULE.finding(
        Location::default(),
        format!("names `{name}`"),
        Evidence {
            import: Some(name.to_owned()),
            call: call.map(str::to_owned),
            ..Evidence::default()
        },
    )
}

#[test]
fn same_import_at_many_places_is_one_finding_with_a_count() {
    let mut findings = Findings::default();
    findings.add(import("os.system", None));
    findings.add(import("os.system", Some("os.system('a')")));
    findings.add(import("os.system", Some("os.system('b')")));
    let list = findings.into_list();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].evidence.call.as_deref(), Some("os.system('a')"));
    assert_eq!(list[0].evidence.count, Some(2));
}

#[test]
fn number_is_bounded_and_what_is_left_off_still_decides() {
    let mut findings = Findings::default();
    for number in 0..1000 {
        let mut finding = import(&format!("m{number}.x"), None);
        finding.verdict = Verdict::Unknown;
        findings.add(finding);
    }
    findings.add(import("os.system", None));
    assert_eq!(findings.verdict(), Verdict::Malicious);
    let list = findings.into_list();
    assert_eq!(list.len(), KEPT + 2);
    assert!(
        list.iter()
            .any(|finding| finding.message.starts_with("936 more"))
    );
}

#[test]
fn gravest_comes_first() {
    let mut findings = Findings::default();
    findings.add(rules::file_format_unknown::RULE.finding(
        Location::default(),
        "x",
        Evidence::default(),
    ));
    findings.add(import("os.system", None));
    let list = findings.into_list();
    assert_eq!(list[0].rule, "pickle-known-gadget");
}
