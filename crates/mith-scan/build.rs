//! Turns `data/globals/*.toml` into static tables and hashes the rule set, so that nothing is parsed at start.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use sha2::Digest as _;

/// One file of `data/globals`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    #[serde(rename = "pack")]
    label: String,
    reference: String,
    #[serde(default)]
    row: Vec<Row>,
    #[serde(default)]
    name: Vec<Name>,
}

/// Names of some modules that are judged alike.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    modules: Vec<String>,
    names: Vec<String>,
    tier: String,
    #[serde(default)]
    args: Vec<String>,
    state: Option<String>,
    #[serde(default)]
    items: bool,
    #[serde(default)]
    resolver: bool,
    newobj: Option<u8>,
    load: Option<Load>,
    why: String,
    reference: Option<String>,
}

/// What a nested load reads.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    format: String,
    argument: u8,
    alone: String,
}

/// Names that are judged under any module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    kind: String,
    names: Vec<String>,
    why: String,
}

/// What is written out.
#[derive(Default)]
struct Tables {
    rows: String,
    count: usize,
    exact: BTreeMap<String, Vec<usize>>,
    whole: BTreeMap<String, usize>,
    seen: BTreeSet<(String, String)>,
    problems: Vec<String>,
    by_name: BTreeMap<String, BTreeSet<String>>,
    by_name_why: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/globals");
    println!("cargo::rerun-if-changed=src");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut tables = Tables::default();
    for path in sorted_files(&root.join("data/globals"))? {
        let text = fs::read_to_string(&path)?;
        let pack: Pack =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        tables.add(&pack);
    }
    if !tables.problems.is_empty() {
        return Err(tables.problems.join("\n").into());
    }
    let mut out = tables.render();
    writeln!(
        out,
        "pub(crate) const RULE_SET: &str = \"{}\";",
        rule_set(&root)?
    )?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("globals.rs"), out)?;
    Ok(())
}

/// SHA-256 over everything that can change a verdict: the tables and the sources of this crate.
fn rule_set(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut hasher = sha2::Sha256::new();
    hasher.update(b"mith.rules/1\n");
    for folder in ["data/globals", "src"] {
        for path in sorted_files(&root.join(folder))? {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            if name.contains("tests") || path.extension().is_some_and(|extension| extension == "md")
            {
                continue;
            }
            let bytes = fs::read(&path)?;
            hasher.update(format!("{name} {}\n", bytes.len()));
            hasher.update(&bytes);
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
}

fn sorted_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sorted_files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

impl Tables {
    fn add(&mut self, pack: &Pack) {
        for row in &pack.row {
            self.row(pack, row);
        }
        for name in &pack.name {
            self.by_name
                .entry(name.kind.clone())
                .or_default()
                .extend(name.names.iter().cloned());
            self.by_name_why.insert(name.kind.clone(), name.why.clone());
        }
    }

    fn row(&mut self, pack: &Pack, row: &Row) {
        let index = self.count;
        self.count += 1;
        let whole = row.names.iter().any(|name| name == "*");
        if whole && !matches!(row.tier.as_str(), "gadget" | "unknown") {
            self.problems.push(format!(
                "{}: only the deny side may take whole modules: {:?}",
                pack.label, row.modules
            ));
        }
        for module in &row.modules {
            if whole {
                if self.whole.insert(module.clone(), index).is_some() {
                    self.problems
                        .push(format!("{}: module {module} is taken twice", pack.label));
                }
                continue;
            }
            self.exact.entry(module.clone()).or_default().push(index);
            for name in &row.names {
                if !self.seen.insert((module.clone(), name.clone())) {
                    self.problems
                        .push(format!("{}: {module}.{name} has two rows", pack.label));
                }
            }
        }
        match Self::render_row(pack, row) {
            Ok(text) => self.rows.push_str(&text),
            Err(problem) => self
                .problems
                .push(format!("{}: {:?}: {problem}", pack.label, row.modules)),
        }
    }

    fn render_row(pack: &Pack, row: &Row) -> Result<String, String> {
        if row.why.is_empty() || row.reference.as_ref().unwrap_or(&pack.reference).is_empty() {
            return Err("a row says why, and where to read more".to_owned());
        }
        let tier = match row.tier.as_str() {
            "inert" => "Inert",
            "framework" => "Framework",
            "nested" => "Nested",
            "unknown" => "Unknown",
            "caution" => "Caution",
            "gadget" => "Gadget",
            other => return Err(format!("no tier `{other}`")),
        };
        let state = match row.state.as_deref() {
            None if row.tier == "framework" => "Dict",
            None | Some("none") => "None",
            Some("dict") => "Dict",
            Some("any") => "Any",
            Some(other) => return Err(format!("no state `{other}`")),
        };
        let mut names: Vec<&str> = row.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let shapes: Vec<String> = row
            .args
            .iter()
            .map(|shape| shape_of(shape))
            .collect::<Result<_, _>>()?;
        let load = match &row.load {
            None => "None".to_owned(),
            Some(load) => format!(
                "Some(Load {{ format: LoadFormat::{}, argument: {}, alone: Verdict::{} }})",
                capital(&load.format),
                load.argument,
                capital(&load.alone)
            ),
        };
        Ok(format!(
            "    Row {{ names: &{names:?}, tier: Tier::{tier}, shapes: &[{}], state: State::{state}, items: {}, \
             resolver: {}, instance_of: {:?}, load: {load}, why: {:?} }},\n",
            shapes.join(", "),
            row.items,
            row.resolver,
            row.newobj,
            row.why,
        ))
    }

    fn render(&self) -> String {
        let mut out = format!("pub(crate) static ROWS: &[Row] = &[\n{}];\n", self.rows);
        out.push_str("pub(crate) static MODULES: &[(&str, &[u16])] = &[\n");
        for (module, rows) in &self.exact {
            let _ = writeln!(out, "    ({module:?}, &{rows:?}),");
        }
        out.push_str("];\npub(crate) static WHOLE_MODULES: &[(&str, u16)] = &[\n");
        for (module, row) in &self.whole {
            let _ = writeln!(out, "    ({module:?}, {row}),");
        }
        out.push_str("];\n");
        for (kind, names) in &self.by_name {
            let upper = kind.to_uppercase();
            let names: Vec<&String> = names.iter().collect();
            let _ = writeln!(
                out,
                "pub(crate) static {upper}_NAMES: &[&str] = &{names:?};"
            );
            let why = self.by_name_why.get(kind).map_or("", String::as_str);
            let _ = writeln!(out, "pub(crate) const {upper}_WHY: &str = {why:?};");
        }
        out
    }
}

/// `new(class, any*)` as a constant.
fn shape_of(text: &str) -> Result<String, String> {
    let (new, rest) = match text.strip_prefix("new(") {
        Some(rest) => (true, rest),
        None => (
            false,
            text.strip_prefix('(')
                .ok_or_else(|| format!("`{text}` is no shape"))?,
        ),
    };
    let inner = rest
        .strip_suffix(')')
        .ok_or_else(|| format!("`{text}` is not closed"))?;
    let mut args = Vec::new();
    for part in inner
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (kinds, repeated) = part
            .strip_suffix('*')
            .map_or((part, false), |kinds| (kinds, true));
        let (kinds, optional) = kinds
            .strip_suffix('?')
            .map_or((kinds, false), |kinds| (kinds, true));
        let mut mask = 0_u32;
        for word in kinds.split('|') {
            mask |= mask_of(word).ok_or_else(|| format!("`{word}` in `{text}` is no kind"))?;
        }
        args.push(format!(
            "Arg {{ kinds: 0x{:04x}_{:04x}, optional: {optional}, repeated: {repeated} }}",
            mask >> 16,
            mask & 0xffff
        ));
    }
    Ok(format!(
        "Shape {{ new: {new}, args: &[{}] }}",
        args.join(", ")
    ))
}

/// The bits of a kind; the same numbers stand in `src/globals/shape.rs`.
fn mask_of(word: &str) -> Option<u32> {
    Some(match word {
        "none" => 1,
        "bool" => 2,
        "int" => 4 | 2,
        "float" => 8,
        "str" | "text" => 16,
        "bytes" => 32,
        "tuple" => 64,
        "list" => 128,
        "dict" => 256,
        "set" => 512,
        "class" => 1024,
        "call" => 2048,
        "persistent" => 4096,
        "codec" => 1 << 13,
        "ufunc" => 1 << 14,
        "rebuild" => 1 << 15,
        "base" => 1 << 17,
        "bitclass" => 1 << 18,
        "kept" => 1 << 19,
        "bitgen" => (1 << 18) | (1 << 20),
        "bitctor" => 1 << 21,
        "storage" => (1 << 22) | 4096,
        "tensor" => 1 << 23,
        "factory" => 1 << 24,
        "made" => 1 << 25,
        "container" => 1 << 26,
        "atom" => 0x3f | (1 << 25),
        "value" => 0x3ff | 2048,
        "any" => ((1 << 13) - 1) | (1 << 16),
        _ => return None,
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
