//! Which crate may use which: arrows only downward, and heavy dependencies seen by one crate alone.

use crate::workspace::{Dependency, Metadata, Package};

/// What a member may use of the workspace: normally, and only in tests.
const EDGES: [(&str, &[&str], &[&str]); 8] = [
    ("mith-core", &[], &[]),
    ("mith-formats", &[], &["mith-testkit"]),
    (
        "mith-scan",
        &["mith-core", "mith-formats"],
        &["mith-testkit"],
    ),
    ("mith-store", &["mith-core"], &["mith-testkit"]),
    (
        "mith-server",
        &["mith-core", "mith-scan", "mith-store"],
        &["mith-testkit"],
    ),
    (
        "mith",
        &["mith-core", "mith-scan", "mith-server", "mith-store"],
        &["mith-testkit"],
    ),
    ("mith-testkit", &[], &[]),
    ("xtask", &[], &[]),
];

/// Dependencies that only the named members may see, whatever the kind.
const CONFINED: [(&str, &[&str]); 8] = [
    ("sqlx", &["mith-store"]),
    ("object_store", &["mith-store"]),
    ("rustix", &["mith-store"]),
    ("axum", &["mith-server"]),
    ("askama", &["mith-server"]),
    ("reqwest", &["mith"]),
    ("anyhow", &["mith", "xtask"]),
    ("clap", &["mith", "xtask"]),
];

/// What the readers of hostile bytes may use: no I/O, no async, no serialisation.
const FORMATS_MAY_USE: [&str; 3] = ["crc32fast", "flate2", "thiserror"];

/// Every arrow that points where it must not.
pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let Some((_, normal, development)) = EDGES.iter().find(|(name, ..)| *name == package.name)
        else {
            problems.push(format!(
                "crate `{}` is not in the list of allowed edges in xtask/src/tidy/edges.rs",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = EDGES.iter().any(|(name, ..)| *name == dependency.name);
            let in_tests = dependency.kind.as_deref() == Some("dev");
            let allowed = normal.contains(&dependency.name.as_str())
                || in_tests && development.contains(&dependency.name.as_str());
            if ours && !allowed {
                problems.push(format!(
                    "crate `{}` must not use `{}`: see the list in xtask/src/tidy/edges.rs",
                    package.name, dependency.name
                ));
            }
            problems.extend(confined(package, dependency));
        }
    }
    problems
}

/// A heavy dependency in the wrong crate.
fn confined(package: &Package, dependency: &Dependency) -> Option<String> {
    if package.name == "mith-formats"
        && dependency.kind.is_none()
        && !FORMATS_MAY_USE.contains(&dependency.name.as_str())
    {
        return Some(format!(
            "crate `mith-formats` must not use `{}`: it reads bytes and does nothing else",
            dependency.name
        ));
    }
    let (_, homes) = CONFINED.iter().find(|(name, _)| *name == dependency.name)?;
    (!homes.contains(&package.name.as_str())).then(|| {
        format!(
            "crate `{}` must not use `{}`: only {} may",
            package.name,
            dependency.name,
            homes.join(", ")
        )
    })
}

#[cfg(test)]
mod tests;
