//! Tests of the arrows.

use super::*;

fn member(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
    Package {
        name: name.to_owned(),
        dependencies: dependencies
            .iter()
            .map(|(name, kind)| Dependency {
                name: (*name).to_owned(),
                kind: kind.map(str::to_owned),
            })
            .collect(),
    }
}

fn problems(package: Package) -> Vec<String> {
    check(&Metadata {
        packages: vec![package],
        target_directory: "target".into(),
    })
}

#[test]
fn arrow_upward_is_a_problem() {
    let found = problems(member("mith-core", &[("mith-scan", None)]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("must not use `mith-scan`"));
}

#[test]
fn testkit_is_for_tests_only() {
    assert!(problems(member("mith-formats", &[("mith-testkit", Some("dev"))])).is_empty());
    assert_eq!(
        problems(member("mith-scan", &[("mith-testkit", None)])).len(),
        1
    );
}

#[test]
fn database_is_seen_by_the_store_alone() {
    assert!(problems(member("mith-store", &[("sqlx", None)])).is_empty());
    assert_eq!(problems(member("mith-server", &[("sqlx", None)])).len(), 1);
    assert_eq!(
        problems(member("mith-server", &[("sqlx", Some("dev"))])).len(),
        1
    );
}

#[test]
fn readers_of_bytes_use_nothing_else() {
    assert_eq!(
        problems(member("mith-formats", &[("serde", None)])).len(),
        1
    );
    assert!(problems(member("mith-formats", &[("proptest", Some("dev"))])).is_empty());
}

#[test]
fn new_crate_needs_a_line_in_the_list() {
    assert!(problems(member("mith-new", &[]))[0].contains("not in the list"));
}
