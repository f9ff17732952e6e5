//! Bytes of a request -> one JSON object, or an error with the byte where it went wrong.

use serde_json::{Map, Value};

use super::Error;

/// Levels of nesting a body may have; serde's own bound, and far above any request or schema in use.
pub const MAX_DEPTH: usize = 128;

/// Parses a body. Of a key sent twice the last value counts.
///
/// # Errors
///
/// [`Error::EmptyBody`], or [`Error::InvalidJson`] when the body is not JSON or no object.
pub fn parse(body: &[u8]) -> Result<Map<String, Value>, Error> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::EmptyBody);
    }
    match serde_json::from_slice(body).map_err(|error| invalid(&error, body))? {
        Value::Object(fields) => Ok(fields),
        other => {
            Err(Error::InvalidJson { reason: format!("expected an object, got {}", kind(&other)), offset: 0 })
        }
    }
}

fn invalid(error: &serde_json::Error, body: &[u8]) -> Error {
    if error.is_eof() {
        return Error::InvalidJson { reason: sentence_of(error), offset: body.len() };
    }
    let line_start: usize = body
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let offset = (line_start + error.column().saturating_sub(1)).min(body.len());
    Error::InvalidJson { reason: sentence_of(error), offset }
}

/// serde's sentence without its line and column, in our words where they are clearer.
fn sentence_of(error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    match sentence.split(" at line ").next().unwrap_or_default() {
        "recursion limit exceeded" => format!("nested deeper than {MAX_DEPTH} levels"),
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "a \\u escape is half of a surrogate pair".to_owned()
        }
        reason => reason.to_owned(),
    }
}

/// What a value is, without saying what is in it.
#[must_use]
pub fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) => format!("a string of {} characters", text.chars().count()),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Characters of a value that an error repeats.
const MAX_GOT_CHARS: usize = 60;

/// A value as an error repeats it, shortened. Not for fields that hold what the user wrote.
#[must_use]
pub fn got(value: &Value) -> String {
    match value {
        Value::Number(number) => shorten(&number.to_string()),
        Value::String(text) => format!("\"{}\"", shorten(text)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => kind(value),
    }
}

/// The first characters of a text.
#[must_use]
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_GOT_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(body: &str) -> String {
        parse(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_body_that_is_not_json_says_where() {
        assert_eq!(parse(b" \n").unwrap_err(), Error::EmptyBody);
        assert_eq!(
            refused("{\n  \"a\": nope}"),
            "the request body must be a JSON object: expected ident at byte 10"
        );
        assert!(
            refused("{\"a\":1").ends_with("EOF while parsing an object at byte 6"),
            "{}",
            refused("{\"a\":1")
        );
        assert!(refused("[1]").contains("expected an object, got an array of 1"));
        for word in ["NaN", "Infinity", "-Infinity"] {
            assert!(
                refused(&format!("{{\"a\":{word}}}")).starts_with("the request body must be a JSON object: "),
                "{word}"
            );
        }
        assert!(parse(b"{\"a\":\"\xFF\"}").is_err());
    }

    #[test]
    fn half_a_surrogate_pair_is_refused() {
        for half in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\ud800x"] {
            assert!(refused(&format!("{{\"a\":\"{half}\"}}")).contains("must be a JSON object: "), "{half}");
        }
        assert!(parse(b"{\"a\":\"\\ud83e\\udee0\"}").is_ok());
    }

    #[test]
    fn nesting_is_bounded_and_says_so() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(100).as_bytes()).is_ok());
        assert!(refused(&nested(1_000_000)).contains("nested deeper than 128 levels"));
    }

    #[test]
    fn json_inside_a_string_stays_a_string() {
        // serde_json's `raw_value` would parse it, and so let nesting past its bound.
        let fields = parse(b"{\"a\":{\"$serde_json::private::RawValue\":\"[1]\"}}").unwrap();
        assert_eq!(fields["a"]["$serde_json::private::RawValue"], "[1]");
    }

    #[test]
    fn numbers_are_kept_as_sent_and_the_last_of_equal_keys_counts() {
        let fields = parse(b"{\"a\":1,\"a\":12345678901234567890123,\"b\":0.10}").unwrap();
        assert_eq!(fields["a"].to_string(), "12345678901234567890123");
        assert_eq!(fields["b"].to_string(), "0.10");
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_object_or_the_clients_error(body in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Err(error) = parse(&body) {
                prop_assert_eq!(error.face().status, 400);
            }
        }
    }
}
