//! The examples of all rules. Payloads touch a file called `marker`; nothing here is live malware.

use mith_testkit::numpy::{header, npy};
use mith_testkit::pickle::Pickle;
use mith_testkit::safetensors::SafeTensors;
use mith_testkit::torch::{Checkpoint, float_state_dict};
use mith_testkit::zip::{Member, Zip};

/// What an example is.
pub(crate) enum Content {
    /// A file.
    Bytes(Vec<u8>),
    /// A symbolic link.
    Link(&'static str),
}

/// One example.
pub(crate) struct Fixture {
    /// Below `testdata`.
    pub(crate) path: String,
    /// What is there.
    pub(crate) content: Content,
}

fn bad(rule: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Fixture {
    example(rule, "bad", name, bytes)
}

fn good(rule: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Fixture {
    example(rule, "good", name, bytes)
}

fn example(rule: &str, kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Fixture {
    Fixture {
        path: format!("{rule}/{kind}/{name}"),
        content: Content::Bytes(bytes.into()),
    }
}

/// A pickle that touches a file when it is loaded.
fn gadget() -> Vec<u8> {
    Pickle::new(2)
        .call_with_text("os", "system", "touch marker")
        .stop()
}

/// `collections.OrderedDict()`.
fn ordered_dict() -> Vec<u8> {
    Pickle::new(2)
        .global("collections", "OrderedDict")
        .empty_tuple()
        .reduce()
        .stop()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(float_state_dict(&[("weight", 4)])).storage([0_u8; 16])
}

fn tensors() -> SafeTensors {
    SafeTensors::new().tensor("weight", "F32", &[2], &[0; 8])
}

/// Every example, in order of the rules.
pub(crate) fn all() -> Vec<Fixture> {
    let mut all = pickles();
    all.extend(broken_pickles());
    all.extend(containers());
    all.extend(archives());
    all.extend(texts());
    all.extend(files());
    all
}

#[expect(clippy::too_many_lines, reason = "a list of examples")]
fn pickles() -> Vec<Fixture> {
    let own = Pickle::new(2)
        .global("my_project.models", "Model")
        .empty_tuple()
        .newobj();
    let factory = Pickle::new(2)
        .global("my_project", "factory")
        .empty_tuple()
        .reduce();
    let encoded = |codec: &str| {
        Pickle::new(2)
            .global("_codecs", "encode")
            .text("synt")
            .text(codec)
            .tuple2()
            .reduce()
            .stop()
    };
    let namespace = Pickle::new(2)
        .global("argparse", "Namespace")
        .empty_tuple()
        .newobj();
    let state = |pickle: Pickle| {
        pickle
            .empty_dict()
            .text("level")
            .int(3)
            .setitem()
            .build()
            .stop()
    };
    let nested = Pickle::new(4)
        .named("pickle", "loads")
        .bytes(&gadget())
        .tuple1()
        .reduce()
        .stop();
    let hidden = Pickle::new(4)
        .global("my_project", "name")
        .empty_tuple()
        .reduce()
        .text("run")
        .stack_global();
    vec![
        bad("pickle-known-gadget", "os-system.pkl", gadget()),
        bad(
            "pickle-known-gadget",
            "dotted.pkl",
            Pickle::new(4)
                .named("pathlib", "os.system")
                .text("touch marker")
                .tuple1()
                .reduce()
                .stop(),
        ),
        bad(
            "pickle-known-gadget",
            "only-named.pkl",
            Pickle::new(2).global("builtins", "eval").stop(),
        ),
        bad(
            "pickle-known-gadget",
            "checkpoint.bin",
            Checkpoint::new(gadget()).build(),
        ),
        good("pickle-known-gadget", "ordered-dict.pkl", ordered_dict()),
        good(
            "pickle-known-gadget",
            "words.pkl",
            Pickle::new(2).text("os.system('touch marker')").stop(),
        ),
        good(
            "pickle-known-gadget",
            "checkpoint.bin",
            checkpoint().build(),
        ),
        bad("pickle-unknown-import", "own-class.pkl", own.stop()),
        good("pickle-unknown-import", "ordered-dict.pkl", ordered_dict()),
        bad("pickle-unexpected-arguments", "rot13.pkl", encoded("rot13")),
        good(
            "pickle-unexpected-arguments",
            "latin1.pkl",
            encoded("latin1"),
        ),
        bad(
            "pickle-unknown-callee",
            "factory.pkl",
            factory.empty_tuple().reduce().stop(),
        ),
        good("pickle-unknown-callee", "ordered-dict.pkl", ordered_dict()),
        bad("pickle-hidden-import", "computed.pkl", hidden.stop()),
        good(
            "pickle-hidden-import",
            "named.pkl",
            Pickle::new(4)
                .named("collections", "OrderedDict")
                .empty_tuple()
                .reduce()
                .stop(),
        ),
        bad("pickle-nested-load", "loads.pkl", nested),
        good(
            "pickle-nested-load",
            "bytes.pkl",
            Pickle::new(4).bytes(&gadget()).stop(),
        ),
        bad(
            "pickle-state-poisoning",
            "module.pkl",
            state(Pickle::new(2).global("my_project", "settings")),
        ),
        good("pickle-state-poisoning", "namespace.pkl", state(namespace)),
        bad(
            "pickle-extension",
            "ext1.pkl",
            Pickle::new(2).ext1(7).stop(),
        ),
        good("pickle-extension", "none.pkl", Pickle::new(2).none().stop()),
        bad(
            "pickle-persistent-id",
            "number.pkl",
            Pickle::new(2).int(42).binpersid().stop(),
        ),
        good(
            "pickle-persistent-id",
            "storage.pkl",
            float_state_dict(&[("weight", 4)]),
        ),
    ]
}

fn broken_pickles() -> Vec<Fixture> {
    let lying = Pickle::new(4)
        .frame(3)
        .text("a text that is longer than its frame")
        .pop()
        .none()
        .stop();
    let whole = Pickle::new(4).text("a text").stop();
    let mut cut = whole.clone();
    cut.pop();
    let mut junk = whole.clone();
    junk.extend([0xff; 8]);
    let mut two = whole.clone();
    two.extend(ordered_dict());
    vec![
        bad("pickle-reader-divergence", "frame.pkl", lying),
        good("pickle-reader-divergence", "plain.pkl", whole.clone()),
        bad("pickle-broken", "no-stop.pkl", cut),
        good("pickle-broken", "whole.pkl", whole),
        bad("pickle-trailing-data", "junk.pkl", junk),
        good("pickle-trailing-data", "two.pkl", two),
    ]
}

fn containers() -> Vec<Fixture> {
    let script = Zip::new()
        .member(Member::new(
            "model/constants.pkl",
            Pickle::new(2).empty_tuple().stop(),
        ))
        .member(Member::new("model/data.pkl", Pickle::new(2).none().stop()))
        .member(Member::new(
            "model/code/__torch__.py",
            "class Model(Module):\n  pass\n",
        ))
        .member(Member::new("model/version", "6\n"));
    let mut polyglot = tensors().build();
    polyglot.extend(Checkpoint::new(gadget()).build());
    let mut short = tensors().build();
    short.truncate(short.len() - 4);
    let array = npy(1, &header("'<f4'", "(2,)"), &[0; 8]);
    let extra = Member::new("archive/extra.pkl", ordered_dict());
    vec![
        bad(
            "container-polyglot",
            "tensors-and-zip.safetensors",
            polyglot,
        ),
        good(
            "container-polyglot",
            "tensors.safetensors",
            tensors().build(),
        ),
        bad(
            "torch-unexpected-pickle",
            "extra.pt",
            checkpoint().member(extra).build(),
        ),
        good(
            "torch-unexpected-pickle",
            "checkpoint.pt",
            checkpoint().build(),
        ),
        bad("torch-source-code", "script.pt", script.build()),
        good("torch-source-code", "checkpoint.pt", checkpoint().build()),
        bad("safetensors-invalid", "short.safetensors", short),
        good(
            "safetensors-invalid",
            "tensors.safetensors",
            tensors().build(),
        ),
        bad(
            "numpy-invalid",
            "short.npy",
            npy(1, &header("'<f4'", "(200,)"), &[0; 8]),
        ),
        good("numpy-invalid", "array.npy", array),
    ]
}

fn archives() -> Vec<Fixture> {
    let twice = Checkpoint::new(gadget())
        .zip()
        .member(Member::new("archive/data.pkl", ordered_dict()));
    let text = Zip::new().member(Member::new("notes.txt", "nothing to see\n"));
    let up = Zip::new().member(Member::new("../../marker.txt", "x\n"));
    let locked = Zip::new().member(Member::new("notes.txt", "x\n").method(99));
    let with_pickle = Zip::new().member(Member::new("model.pkl", gadget()));
    vec![
        bad("zip-views-disagree", "two-data.pt", twice.build()),
        good("zip-views-disagree", "checkpoint.pt", checkpoint().build()),
        bad("archive-unsafe-path", "up.zip", up.build()),
        good("archive-unsafe-path", "notes.zip", text.build()),
        bad("archive-member-unreadable", "method-99.zip", locked.build()),
        good("archive-member-unreadable", "notes.zip", text.build()),
        bad("container-member", "pickle.zip", with_pickle.build()),
        good("container-member", "notes.zip", text.build()),
    ]
}

fn texts() -> Vec<Fixture> {
    vec![
        bad(
            "json-names-code",
            "config.json",
            r#"{"auto_map": {"AutoModel": "modeling_x.X"}}"#,
        ),
        bad(
            "json-names-code",
            "settings.yaml",
            "value: !!python/object/apply:os.getcwd []\n",
        ),
        bad(
            "json-names-code",
            "pipeline/model_index.json",
            r#"{"unet": ["my_unet", "MyUNet"]}"#,
        ),
        good(
            "json-names-code",
            "config.json",
            r#"{"model_type": "bert", "auto_map": null}"#,
        ),
        good(
            "json-names-code",
            "modules.json",
            r#"[{"type": "sentence_transformers.models.Pooling"}]"#,
        ),
        bad(
            "json-chat-template",
            "tokenizer_config.json",
            r#"{"chat_template": "{% for message in messages %}{% endfor %}"}"#,
        ),
        bad(
            "json-chat-template",
            "chat_template.jinja",
            "{{ messages }}\n",
        ),
        good(
            "json-chat-template",
            "tokenizer_config.json",
            r#"{"model_max_length": 512}"#,
        ),
        bad("json-invalid", "config.json", r#"{"a": "#),
        good(
            "json-invalid",
            "config.json",
            r#"{"a": [1, 2.5, NaN, "x"]}"#,
        ),
        bad("python-source", "modeling_x.py", "import torch\n"),
        bad("python-source", "run", "#!/bin/sh\ntrue\n"),
        good("python-source", "README.md", "# A model\n\nimport torch\n"),
    ]
}

fn files() -> Vec<Fixture> {
    vec![
        bad(
            "file-format-unknown",
            "model.gguf",
            [b"GGUF".as_slice(), &[3, 0, 0, 0], &[0; 16]].concat(),
        ),
        bad(
            "file-format-unknown",
            "weights.bin",
            [0xf5, 0x00, 0x13, 0x37, 0xff, 0xfe, 0x01, 0x02],
        ),
        good("file-format-unknown", "vocab.txt", "[PAD]\nthe\nof\n"),
        good("file-format-unknown", "cat.txt", "cat\ndog\nR\n"),
        Fixture {
            path: "file-unreadable/bad/folder/config.json".to_owned(),
            content: Content::Link("../../../../Cargo.toml"),
        },
        good("file-unreadable", "config.json", "{}"),
    ]
}
