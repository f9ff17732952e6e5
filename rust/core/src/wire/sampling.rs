//! How the client wants tokens drawn, and when the reply ends: the fields all dialects share.
//!
//! What the client leaves out stays open here: the checkpoint's defaults fill it.

use serde_json::Value;

use super::Error;
use super::fields::{Fields, whole};

/// The client's choices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamplingRequest {
    /// From 0 (greedy) to 2.
    pub temperature: Option<f32>,
    /// Above 0, at most 1.
    pub top_p: Option<f32>,
    /// From 0 to 1.
    pub min_p: Option<f32>,
    /// 0 keeps every token.
    pub top_k: Option<u32>,
    /// From -2 to 2.
    pub presence_penalty: Option<f32>,
    /// From -2 to 2.
    pub frequency_penalty: Option<f32>,
    /// Above 0, at most 2.
    pub repetition_penalty: Option<f32>,
    /// The draws' key; negative seeds are seeds of their own.
    pub seed: Option<u64>,
    /// Most tokens of the reply, at least 1.
    pub max_tokens: Option<u32>,
    /// Fewest tokens of the reply.
    pub min_tokens: u32,
    /// Whether the checkpoint's stop ids are ignored.
    pub ignore_eos: bool,
    /// The request's own stop ids.
    pub stop_ids: Vec<u32>,
    /// Stop strings, none of them empty.
    pub stop: Vec<String>,
    /// Whether the stop string that ends the reply is part of it.
    pub include_stop: bool,
    /// Choices asked for, at least 1.
    pub num_choices: u32,
}

/// Most choices of one request.
const MAX_CHOICES: i64 = 128;
/// Most stop strings; every one of them is looked for in every reply's tail.
const MAX_STOPS: usize = 16;
/// Longest stop string, in bytes; as much text may be held back.
const MAX_STOP_BYTES: usize = 256;
/// Most stop ids of a request.
const MAX_STOP_IDS: usize = 128;

/// The fields that chat bounds a reply with; the first that is there counts.
pub(super) const CHAT_LIMITS: &[&str] = &["max_completion_tokens", "max_tokens"];

/// `limits` are the fields that bound the reply in this dialect.
pub(super) fn sampling(request: &Fields, limits: &[&str]) -> Result<SamplingRequest, Error> {
    let sent = limits.iter().map(|name| limit(request, name, 1)).collect::<Result<Vec<_>, _>>()?;
    let max_tokens = sent.into_iter().flatten().next();
    let min_tokens = limit_or_default(request, "min_tokens", 0)?;
    if max_tokens.is_some_and(|max_tokens| min_tokens > max_tokens) {
        let limit = limits.last().copied().unwrap_or_default();
        return Err(request.invalid("min_tokens", format!("at most \"{limit}\"")));
    }
    Ok(SamplingRequest {
        temperature: number(request, "temperature", "a number from 0 to 2", |t| (0.0..=2.0).contains(&t))?,
        top_p: number(request, "top_p", "a number above 0 and at most 1", |p| p > 0.0 && p <= 1.0)?,
        min_p: number(request, "min_p", "a number from 0 to 1", |p| (0.0..=1.0).contains(&p))?,
        top_k: top_k(request)?,
        presence_penalty: number(request, "presence_penalty", PENALTY, |p| (-2.0..=2.0).contains(&p))?,
        frequency_penalty: number(request, "frequency_penalty", PENALTY, |p| (-2.0..=2.0).contains(&p))?,
        repetition_penalty: number(request, "repetition_penalty", "a number above 0 and at most 2", |p| {
            p > 0.0 && p <= 2.0
        })?,
        seed: request.read("seed", "a whole number of 64 bits", seed)?,
        max_tokens,
        min_tokens,
        ignore_eos: request.boolean("ignore_eos")?.unwrap_or(false),
        stop_ids: stop_ids(request)?,
        stop: stop(request)?,
        include_stop: request.boolean("include_stop_str_in_output")?.unwrap_or(false),
        num_choices: saturate(request.integer("n", 1..=MAX_CHOICES)?.unwrap_or(1)),
    })
}

const PENALTY: &str = "a number from -2 to 2";

/// Judged as the 32-bit number that the worker will use.
#[expect(clippy::cast_possible_truncation, reason = "rounding to 32 bits is what is wanted")]
fn number(
    request: &Fields,
    name: &str,
    expected: &str,
    allowed: impl Fn(f32) -> bool,
) -> Result<Option<f32>, Error> {
    Ok(request.number(name, expected, |number| allowed(number as f32))?.map(|number| number as f32))
}

/// Any number of 64 bits, signed or not: a larger one would share its draws with others.
fn seed(value: &Value) -> Option<u64> {
    let signed = || whole(value).filter(|seed| ![i64::MIN, i64::MAX].contains(seed));
    value.as_u64().or_else(|| value.as_i64().or_else(signed).map(i64::cast_unsigned))
}

/// -1 and 0 both mean that every token is kept.
fn top_k(request: &Fields) -> Result<Option<u32>, Error> {
    Ok(request.integer("top_k", -1..=i64::MAX)?.map(|k| saturate(k.max(0))))
}

/// A count of tokens; more than a context can hold means as many as it holds.
fn limit(request: &Fields, name: &str, from: i64) -> Result<Option<u32>, Error> {
    Ok(request.integer(name, from..=i64::MAX)?.map(saturate))
}

fn limit_or_default(request: &Fields, name: &str, from: i64) -> Result<u32, Error> {
    Ok(limit(request, name, from)?.unwrap_or_default())
}

fn saturate(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn stop_ids(request: &Fields) -> Result<Vec<u32>, Error> {
    let items = request.array("stop_token_ids")?.unwrap_or_default();
    let ids: Option<Vec<u32>> = items.iter().map(|id| u32::try_from(whole(id)?).ok()).collect();
    ids.filter(|ids| ids.len() <= MAX_STOP_IDS).ok_or_else(|| {
        request.invalid("stop_token_ids", format!("an array of at most {MAX_STOP_IDS} token ids"))
    })
}

fn stop(request: &Fields) -> Result<Vec<String>, Error> {
    let Some(value) = request.value("stop") else { return Ok(Vec::new()) };
    let expected =
        || format!("a string or an array of at most {MAX_STOPS} strings of 1 to {MAX_STOP_BYTES} bytes");
    let items = match value {
        Value::String(_) => return Ok(vec![stop_string(value, || "stop".to_owned())?]),
        Value::Array(items) if items.len() <= MAX_STOPS => items.iter().enumerate(),
        _ => return Err(request.invalid("stop", expected())),
    };
    items.map(|(index, item)| stop_string(item, || format!("stop[{index}]"))).collect()
}

fn stop_string(value: &Value, param: impl Fn() -> String) -> Result<String, Error> {
    match value {
        Value::String(text) if (1..=MAX_STOP_BYTES).contains(&text.len()) => Ok(text.clone()),
        other => Err(Error::InvalidParam {
            param: param(),
            expected: format!("a string of 1 to {MAX_STOP_BYTES} bytes"),
            got: super::body::kind(other),
        }),
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(request: &Value) -> Result<SamplingRequest, Error> {
        sampling(&Fields::root(request.as_object().unwrap()), CHAT_LIMITS)
    }

    fn refused(request: Value) -> String {
        read(&request).unwrap_err().to_string()
    }

    #[test]
    fn what_is_left_out_or_null_stays_open() {
        let open = SamplingRequest { num_choices: 1, ..SamplingRequest::default() };
        assert_eq!(read(&json!({})).unwrap(), open);
        let nulls = json!({"temperature": null, "n": null, "stop": null, "seed": null, "max_tokens": null, "stop_token_ids": null});
        assert_eq!(read(&nulls).unwrap(), open);
        assert_eq!(read(&json!({"top_k": -1})).unwrap().top_k, Some(0));
    }

    #[test]
    fn max_completion_tokens_wins_and_huge_limits_are_no_limits() {
        assert_eq!(read(&json!({"max_tokens": 5, "max_completion_tokens": 7})).unwrap().max_tokens, Some(7));
        assert_eq!(read(&json!({"max_tokens": 128_000})).unwrap().max_tokens, Some(128_000));
        assert_eq!(
            read(&json!({"max_tokens": 9_007_199_254_740_993_i64})).unwrap().max_tokens,
            Some(u32::MAX)
        );
    }

    #[test]
    fn every_whole_number_of_64_bits_is_a_seed_and_a_larger_one_is_none() {
        for (sent, seed) in [
            ("-1", u64::MAX),
            ("7.0", 7),
            ("9223372036854775807", (1 << 63) - 1),
            ("18446744073709551615", u64::MAX),
            ("-9223372036854775808", 1 << 63),
        ] {
            let request = serde_json::from_str(&format!("{{\"seed\": {sent}}}")).unwrap();
            assert_eq!(read(&request).unwrap().seed, Some(seed), "{sent}");
        }
        for sent in ["18446744073709551616", "-9223372036854775809", "1e+30", "0.5"] {
            let request = serde_json::from_str(&format!("{{\"seed\": {sent}}}")).unwrap();
            let sentence = format!("\"seed\" must be a whole number of 64 bits, got {sent}");
            assert_eq!(refused(request), sentence);
        }
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_range() {
        for (request, sentence) in [
            (json!({"temperature": -1}), "\"temperature\" must be a number from 0 to 2, got -1"),
            (json!({"temperature": "hot"}), "\"temperature\" must be a number from 0 to 2, got \"hot\""),
            (json!({"temperature": true}), "\"temperature\" must be a number from 0 to 2, got true"),
            (json!({"top_p": 0}), "\"top_p\" must be a number above 0 and at most 1, got 0"),
            (json!({"top_p": 1e-60}), "\"top_p\" must be a number above 0 and at most 1, got 1e-60"),
            (json!({"min_p": 1.5}), "\"min_p\" must be a number from 0 to 1, got 1.5"),
            (json!({"top_k": -2}), "\"top_k\" must be a whole number from -1, got -2"),
            (json!({"n": 0}), "\"n\" must be a whole number from 1 to 128, got 0"),
            (json!({"n": 10_000}), "\"n\" must be a whole number from 1 to 128, got 10000"),
            (json!({"n": 1.5}), "\"n\" must be a whole number from 1 to 128, got 1.5"),
            (json!({"max_tokens": 0}), "\"max_tokens\" must be a whole number from 1, got 0"),
            (
                json!({"max_tokens": 0, "max_completion_tokens": 1}),
                "\"max_tokens\" must be a whole number from 1, got 0",
            ),
            (
                json!({"min_tokens": 3, "max_tokens": 2}),
                "\"min_tokens\" must be at most \"max_tokens\", got 3",
            ),
            (json!({"presence_penalty": 3}), "\"presence_penalty\" must be a number from -2 to 2, got 3"),
            (
                json!({"frequency_penalty": -2.5}),
                "\"frequency_penalty\" must be a number from -2 to 2, got -2.5",
            ),
            (
                json!({"repetition_penalty": 0}),
                "\"repetition_penalty\" must be a number above 0 and at most 2, got 0",
            ),
            (json!({"seed": "1"}), "\"seed\" must be a whole number of 64 bits, got \"1\""),
            (json!({"ignore_eos": 1}), "\"ignore_eos\" must be true or false, got 1"),
            (
                json!({"stop_token_ids": [-1]}),
                "\"stop_token_ids\" must be an array of at most 128 token ids, got an array of 1",
            ),
            (
                json!({"stop": ""}),
                "\"stop\" must be a string of 1 to 256 bytes, got a string of 0 characters",
            ),
            (
                json!({"stop": [""]}),
                "\"stop[0]\" must be a string of 1 to 256 bytes, got a string of 0 characters",
            ),
            (json!({"stop": ["a", 1]}), "\"stop[1]\" must be a string of 1 to 256 bytes, got a number"),
        ] {
            assert_eq!(refused(request), sentence);
        }
        let many = json!({"stop": vec!["a"; 10_000]});
        assert!(refused(many).ends_with("at most 16 strings of 1 to 256 bytes, got an array of 10000"));
    }

    #[test]
    fn numbers_beyond_floats_are_refused_not_infinite() {
        let request: Value = serde_json::from_str("{\"temperature\": 1e999}").unwrap();
        assert!(refused(request).starts_with("\"temperature\" must be a number from 0 to 2, got 1e"));
    }
}
