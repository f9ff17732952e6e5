//! How a checkpoint wants its tokens drawn where the client does not say.

use serde_json::{Map, Value};

use crate::frame::Sampling;
use crate::wire::SamplingRequest;

/// What `generation_config.json` sets; what it leaves out stays neutral.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Defaults {
    /// 0 where the checkpoint asks for no sampling at all.
    pub temperature: Option<f32>,
    /// Above 0, at most 1.
    pub top_p: Option<f32>,
    /// From 0 to 1.
    pub min_p: Option<f32>,
    /// 0 keeps every token.
    pub top_k: Option<u32>,
    /// Above 0.
    pub repetition_penalty: Option<f32>,
}

impl Defaults {
    /// Reads a `generation_config.json`.
    ///
    /// # Errors
    ///
    /// The field that is wrong, and what was expected.
    pub fn read(config: &Map<String, Value>) -> Result<Self, String> {
        let greedy = config.get("do_sample") == Some(&Value::Bool(false));
        let temperature = number(config, "temperature", "a number from 0", |t| t >= 0.0)?;
        Ok(Self {
            temperature: if greedy { Some(0.0) } else { temperature },
            top_p: number(config, "top_p", "a number above 0 and at most 1", |p| p > 0.0 && p <= 1.0)?,
            min_p: number(config, "min_p", "a number from 0 to 1", |p| (0.0..=1.0).contains(&p))?,
            top_k: top_k(config)?,
            repetition_penalty: number(config, "repetition_penalty", "a number above 0", |p| p > 0.0)?,
        })
    }

    /// The values that are set, by name.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        let top_k = self.top_k.map(f64::from);
        [
            ("temperature", self.temperature.map(written)),
            ("top_p", self.top_p.map(written)),
            ("min_p", self.min_p.map(written)),
            ("top_k", top_k),
            ("repetition_penalty", self.repetition_penalty.map(written)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// The client's choices over these, over neutral values. Limits and stop ids are not the sampler's taste:
    /// they are filled in by the caller.
    #[must_use]
    pub fn fill(&self, request: &SamplingRequest, seed: u64) -> Sampling {
        let neutral = Sampling::default();
        Sampling {
            temperature: request.temperature.or(self.temperature).unwrap_or(neutral.temperature),
            top_p: request.top_p.or(self.top_p).unwrap_or(neutral.top_p),
            min_p: request.min_p.or(self.min_p).unwrap_or(neutral.min_p),
            top_k: request.top_k.or(self.top_k).unwrap_or(neutral.top_k),
            presence_penalty: request.presence_penalty.unwrap_or(neutral.presence_penalty),
            frequency_penalty: request.frequency_penalty.unwrap_or(neutral.frequency_penalty),
            repetition_penalty: request
                .repetition_penalty
                .or(self.repetition_penalty)
                .unwrap_or(neutral.repetition_penalty),
            seed: request.seed.unwrap_or(seed),
            ignore_eos: request.ignore_eos,
            ..neutral
        }
    }
}

/// A 32-bit number as it was written: 0.6, not 0.6000000238418579.
fn written(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

#[expect(clippy::cast_possible_truncation, reason = "the worker computes with 32 bits")]
fn number(
    config: &Map<String, Value>,
    name: &str,
    expected: &str,
    allowed: impl Fn(f32) -> bool,
) -> Result<Option<f32>, String> {
    match config.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().map(|number| number as f32).filter(|number| allowed(*number)) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("\"{name}\" must be {expected}, got {value}")),
        },
    }
}

/// -1 and 0 both mean that every token is kept.
fn top_k(config: &Map<String, Value>) -> Result<Option<u32>, String> {
    match config.get("top_k") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(-1) => Ok(Some(0)),
            Some(k) if k >= 0 => Ok(Some(u32::try_from(k).unwrap_or(u32::MAX))),
            _ => Err(format!("\"top_k\" must be a whole number from -1, got {value}")),
        },
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(config: Value) -> Result<Defaults, String> {
        Defaults::read(config.as_object().unwrap())
    }

    #[test]
    fn what_the_client_sends_wins_over_the_checkpoint() {
        let defaults =
            read(json!({"temperature": 0.6, "top_k": 20, "top_p": 0.95, "do_sample": true})).unwrap();
        let request =
            SamplingRequest { temperature: Some(0.0), top_k: Some(0), ..SamplingRequest::default() };
        let sampling = defaults.fill(&request, 7);
        let drawn = (sampling.temperature, sampling.top_k, sampling.top_p, sampling.seed);
        assert_eq!(drawn, (0.0, 0, 0.95, 7));
        assert_eq!(defaults.named(), [("temperature", 0.6), ("top_p", 0.95), ("top_k", 20.0)]);
    }

    #[test]
    fn a_checkpoint_that_does_not_sample_is_greedy() {
        assert_eq!(read(json!({"do_sample": false, "temperature": 1.0})).unwrap().temperature, Some(0.0));
        assert_eq!(read(json!({})).unwrap(), Defaults::default());
    }

    #[test]
    fn a_wrong_default_stops_the_start() {
        for (config, sentence) in [
            (json!({"top_p": 0}), "\"top_p\" must be a number above 0 and at most 1, got 0"),
            (json!({"temperature": "x"}), "\"temperature\" must be a number from 0, got \"x\""),
            (json!({"top_k": -2}), "\"top_k\" must be a whole number from -1, got -2"),
        ] {
            assert_eq!(read(config).unwrap_err(), sentence);
        }
    }
}
