//! The root manifest: a dependency is a decision, so each carries its reason in a comment above it.

/// Every third-party dependency without a reason.
pub(super) fn check(manifest: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut inside = false;
    let mut reason = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
            reason = false;
        } else if line.is_empty() {
            reason = false;
        } else if line.starts_with('#') {
            // A heading between dashes is no reason.
            reason = !line.starts_with("# ---");
        } else if inside {
            // One reason may stand above several lines that belong together.
            if !reason {
                let name = line.split(['=', '.', ' ']).next().unwrap_or(line);
                problems.push(format!(
                    "Cargo.toml: dependency `{name}` has no comment that says why"
                ));
            }
            if line.contains("version") && !line.contains("default-features = false") {
                let name = line.split(['=', '.', ' ']).next().unwrap_or(line);
                problems.push(format!(
                    "Cargo.toml: dependency `{name}` needs `default-features = false`"
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests;
