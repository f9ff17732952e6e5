//! How many tokens a model was made for, from its `config.json`.

use serde_json::{Map, Value};

/// The language model's part of a configuration; models that also see or hear nest it.
pub(super) fn text_config(config: &Map<String, Value>) -> &Map<String, Value> {
    config.get("text_config").and_then(Value::as_object).unwrap_or(config)
}

/// Names of the context in the configurations of different families.
const NAMES: [&str; 6] =
    ["max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "max_sequence_length", "n_ctx"];

/// Tokens of prompt and reply together. Scaled rotary positions stretch it, except where the configuration
/// already counts the stretched length (`llama3`, `longrope`), as vLLM reads it.
///
/// # Errors
///
/// What is missing or not a number.
pub(super) fn max_model_len(config: &Map<String, Value>) -> Result<usize, String> {
    let written = NAMES.iter().find_map(|name| config.get(*name)?.as_f64());
    let written = written.ok_or("\"max_position_embeddings\" is required: expected a number of tokens")?;
    let scaling = ["rope_scaling", "rope_parameters"].iter().find_map(|name| config.get(*name)?.as_object());
    let len = scaling.map_or(written, |scaling| stretched(written, scaling));
    if !(1.0..=1e9).contains(&len) {
        return Err(format!("its context of {len} tokens is not from 1 to a billion"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked above"
    )]
    Ok(len as usize)
}

fn stretched(written: f64, scaling: &Map<String, Value>) -> f64 {
    let number = |name: &str| scaling.get(name).and_then(Value::as_f64);
    let kind = scaling.get("rope_type").or_else(|| scaling.get("type")).and_then(Value::as_str);
    let factor = number("factor").unwrap_or(1.0);
    match kind.unwrap_or("default") {
        "default" | "mrope" | "llama3" | "longrope" | "su" => written,
        "yarn" => number("original_max_position_embeddings").unwrap_or(written) * factor,
        _ => written * factor,
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;
    use serde_json::json;

    fn len(config: Value) -> Result<usize, String> {
        max_model_len(text_config(config.as_object().unwrap()))
    }

    #[test]
    fn scaled_positions_stretch_the_context_where_it_is_not_counted_yet() {
        for (config, tokens) in [
            (json!({"max_position_embeddings": 40_960}), 40_960),
            (json!({"n_positions": 1024}), 1024),
            (json!({"text_config": {"max_position_embeddings": 8192}}), 8192),
            (
                json!({"max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 2.0}}),
                8192,
            ),
            (
                json!({"max_position_embeddings": 131_072, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}}),
                131_072,
            ),
            (
                json!({"max_position_embeddings": 131_072, "rope_scaling": {"rope_type": "longrope", "factor": 32.0}}),
                131_072,
            ),
            (
                json!({"max_position_embeddings": 40_960, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32_768}}),
                131_072,
            ),
            (
                json!({"max_position_embeddings": 4096, "rope_parameters": {"rope_type": "default", "rope_theta": 1e4}}),
                4096,
            ),
            (json!({"max_position_embeddings": 4096, "rope_scaling": null}), 4096),
        ] {
            assert_eq!(len(config), Ok(tokens));
        }
    }

    #[test]
    fn a_config_without_a_context_is_refused() {
        assert!(len(json!({})).unwrap_err().contains("max_position_embeddings"));
        assert!(len(json!({"max_position_embeddings": 0})).is_err());
    }
}
