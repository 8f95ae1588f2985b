//! Tests of the rule checks on a made-up scanner.

use super::*;

/// A scanner with one complete rule.
fn scanner() -> tempfile::TempDir {
    let scan = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let target = scan.path().join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    };
    write(
        "src/rules/mod.rs",
        "static RULES: &[&Rule] = &[&pickle_x::RULE];",
    );
    write(
        "src/rules/pickle-x.md",
        &format!("# x\n\n{}\n", HEADINGS.join("\n\n")),
    );
    write("testdata/pickle-x/bad/a.pkl", "x");
    write("testdata/pickle-x/good/a.pkl", "x");
    scan
}

fn problems(scan: &tempfile::TempDir) -> Vec<String> {
    check(scan.path()).unwrap()
}

#[test]
fn complete_rule_has_no_problem() {
    assert_eq!(problems(&scanner()), Vec::<String>::new());
}

#[test]
fn missing_example_is_named() {
    let scan = scanner();
    fs::remove_file(scan.path().join("testdata/pickle-x/good/a.pkl")).unwrap();
    assert_eq!(
        problems(&scan),
        ["rule `pickle-x`: testdata/pickle-x/good has no example"]
    );
}

#[test]
fn page_without_a_heading_is_named() {
    let scan = scanner();
    let page = HEADINGS.join("\n").replace("## Limits\n", "");
    fs::write(scan.path().join("src/rules/pickle-x.md"), page).unwrap();
    assert_eq!(
        problems(&scan),
        ["rule `pickle-x`: page lacks `## Limits` at its place"]
    );
}

#[test]
fn page_and_registration_need_each_other() {
    let scan = scanner();
    fs::write(
        scan.path().join("src/rules/mod.rs"),
        "include_str!(\"pages/other.md\")",
    )
    .unwrap();
    let found = problems(&scan);
    assert!(found.contains(
        &"rule `pickle-x`: has a page and is not in the list of src/rules/mod.rs".to_owned()
    ));
    assert!(found.contains(&"rule `other`: is registered and has no page".to_owned()));
}
