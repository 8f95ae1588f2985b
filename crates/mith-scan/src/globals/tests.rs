//! What the tables say, and that they never say more than they know.

use super::*;

fn tier(module: &str, name: &str) -> Tier {
    rule_on(module, name).tier
}

#[test]
fn knows_what_runs_commands() {
    for (module, name) in [
        ("os", "system"),
        ("posix", "popen"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("__builtin__", "eval"),
        ("pip._internal.cli.main", "main"),
        ("torch.utils.collect_env", "run"),
        ("logging.config", "_resolve"),
        ("dill._dill", "_create_code"),
    ] {
        assert_eq!(tier(module, name), Tier::Gadget, "{module}.{name}");
    }
}

#[test]
fn follows_dotted_names_through_modules() {
    for (module, name) in [
        ("pathlib", "os.system"),
        ("random", "_os.system"),
        ("collections", "abc.sys.modules.get"),
        ("torch", "os.system"),
        ("anything", "a.b.subprocess.Popen"),
        ("cgi_free", "__class__.__subclasses__"),
        ("numpy", "ndarray.tofile"),
        ("collections", "_sys"),
    ] {
        assert_eq!(tier(module, name), Tier::Gadget, "{module}.{name}");
    }
}

#[test]
fn allows_a_class_without_allowing_its_methods() {
    assert_eq!(tier("pathlib", "PosixPath"), Tier::Inert);
    for (module, name) in [
        ("pathlib", "PosixPath.write_bytes"),
        ("pathlib", "PosixPath.samefile"),
        ("collections", "OrderedDict.fromkeys"),
        ("numpy", "ndarray.view"),
    ] {
        let found = tier(module, name);
        assert!(
            !matches!(found, Tier::Inert | Tier::Framework),
            "{module}.{name} is {found:?}"
        );
    }
}

#[test]
fn unlisted_names_are_unknown_and_never_harmless() {
    for (module, name) in [
        ("my.project", "Model"),
        ("", ""),
        ("x", ""),
        ("os2", "y"),
        ("osmnx", "graph"),
    ] {
        assert_eq!(tier(module, name), Tier::Unknown, "{module}.{name}");
    }
}

#[test]
fn own_modules_that_share_a_name_with_a_script_are_not_gadgets() {
    for (module, name) in [
        ("test", "Model"),
        ("code", "Net"),
        ("profile", "UserProfile"),
        ("commands", "Encoder"),
        ("user", "Embedding"),
        ("build", "Pipeline"),
    ] {
        assert_eq!(tier(module, name), Tier::Unknown, "{module}.{name}");
    }
}

#[test]
fn whole_modules_are_taken_on_the_deny_side_alone() {
    for row in ROWS {
        if row.names.contains(&"*") {
            assert!(matches!(row.tier, Tier::Gadget | Tier::Unknown), "{row:?}");
            assert!(row.shapes.is_empty());
        }
        assert!(!row.why.is_empty());
    }
}

#[test]
fn tables_are_sorted_for_the_search() {
    assert!(MODULES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(WHOLE_MODULES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(ROWS.iter().all(|row| row.names.is_sorted()));
}
