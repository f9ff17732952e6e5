//! Server-sent events, and JSON strings written straight into them.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::stream::escape;

/// The last event of a stream that ended well.
pub(crate) const DONE: &[u8] = b"data: [DONE]\n\n";

/// One event around a JSON text without line breaks.
pub(crate) fn event(json: &[u8]) -> Vec<u8> {
    [b"data: ", json, b"\n\n"].concat()
}

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, out);
    out.push(b'"');
}

/// Appends a value as JSON on one line, without what ends a line in Unicode.
pub(crate) fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    let mut serializer = Serializer::with_formatter(out, OneLine);
    value.serialize(&mut serializer).expect("what is told has string keys and is written to memory");
}

/// Escapes in strings what [`escape`] does.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut escaped = Vec::with_capacity(fragment.len());
        escape(fragment, &mut escaped);
        writer.write_all(&escaped)
    }
}

/// Appends a number.
pub(crate) fn json_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_is_read_back_by_a_json_parser_and_stays_on_its_line(
            text in prop_oneof![any::<String>(), "[a\u{84}-\u{86}\u{2027}-\u{202a}\u{0}-\u{1f}\"\\\\]{0,8}"],
        ) {
            let (mut written, mut serialized) = (Vec::new(), Vec::new());
            json_string(&text, &mut written);
            json(&text, &mut serialized);
            for out in [written, serialized] {
                let written = std::str::from_utf8(&out).unwrap();
                let ends_line = |c| c < ' ' || ['\u{85}', '\u{2028}', '\u{2029}'].contains(&c);
                prop_assert!(!written.contains(ends_line));
                prop_assert_eq!(&serde_json::from_slice::<String>(&out).unwrap(), &text);
            }
        }

        #[test]
        fn every_number_is_written_in_decimal(number in any::<u64>()) {
            let mut out = Vec::new();
            json_number(number, &mut out);
            prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }
}
