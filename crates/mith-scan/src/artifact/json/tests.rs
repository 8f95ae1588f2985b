//! Keys that name code, classes and files, and configurations that do not.

use mith_core::Verdict;

use crate::{ScanOptions, scan_input};

fn of(name: &str, text: &str) -> Verdict {
    let bytes = text.as_bytes().to_vec();
    scan_input(name, &bytes, &ScanOptions::default())[0].verdict
}

#[test]
fn names_of_code_are_seen() {
    for text in [
        r#"{"class_name": "Lambda", "config": {"function": ["4wEAAA==", null, null]}}"#,
        r#"{"function": {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}}"#,
        r#"{"module": "evil.layers", "class_name": "Dense"}"#,
        r#"{"in_features": 8, "activation_function": "antigravity.fly"}"#,
        r#"{"auto_mapping": {"base_model_class": "fly", "parent_library": "antigravity"}}"#,
        r#"{"_class_name": ["my_pipeline", "Evil"]}"#,
        r#"{"weight_map": {"a": ".git/evil.pkl"}}"#,
        r#"{"weight_map": {"a": "../evil.pkl"}}"#,
        r#"{"weight_map": {"a": "/evil.pkl"}}"#,
    ] {
        assert_eq!(of("a.json", text), Verdict::Unknown, "{text}");
    }
}

#[test]
fn honest_configurations_are_clean() {
    for text in [
        r#"{"module": "keras.layers", "class_name": "Dense", "config": {}}"#,
        r#"{"activation_function": "torch.nn.modules.activation.Tanh"}"#,
        r#"{"activation_function": "gelu_new"}"#,
        r#"{"auto_mapping": {"parent_library": "transformers.models.llama.modeling_llama"}}"#,
        r#"{"_class_name": "StableDiffusionPipeline"}"#,
        r#"{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}, "b": ".x"}"#,
        r#"{"module": "encoder", "layers": 2}"#,
    ] {
        assert_eq!(of("a.json", text), Verdict::Clean, "{text}");
    }
}

#[test]
fn every_line_of_json_lines_is_judged() {
    assert_eq!(of("a.json", "{\"a\": 1}\n{\"a\": 2}\n"), Verdict::Clean);
    assert_eq!(
        of("a.jsonl", "{\"a\": 1}\r\n\r\n{\"a\": 2}"),
        Verdict::Clean
    );
    let named = "{\"a\": 1}\n{\"auto_map\": {\"x\": \"y.Z\"}}\n";
    assert_eq!(of("a.json", named), Verdict::Unknown);
    assert_eq!(of("a.jsonl", named), Verdict::Unknown);
    assert_eq!(of("a.json", "{\"a\": 1}\n{\"a\": \n"), Verdict::Unknown);
}
