//! Python literals -> JSON, byte by byte.
//!
//! ```text
//!  {'a': True, "b": (1, None)}   ->   {"a": true, "b": [1, null]}
//! ```
//!
//! Strings stream as they come; a number or a word is told when it has ended. What is written is at all
//! times the beginning of JSON. A word that is no literal becomes a JSON string.

use super::json::{JsonScan, Scan};

/// Follows one literal.
#[derive(Debug, Default)]
pub(crate) struct Literal {
    place: Place,
    /// The open containers, innermost last.
    open: Vec<Open>,
    /// The number or word at hand.
    word: Vec<u8>,
    /// Whether the innermost container has an item.
    filled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    List,
    Tuple,
    Dict,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before a value, or the end of a list.
    #[default]
    Value,
    /// Before a key, or the end of a dict.
    Key,
    Colon,
    /// After a value.
    Next,
    Word {
        key: bool,
    },
    Text {
        key: bool,
        quote: u8,
    },
    Escape {
        key: bool,
        quote: u8,
    },
    /// In an escape of hexadecimal digits.
    Digits {
        key: bool,
        quote: u8,
        left: u8,
        code: u32,
    },
    Done,
}

/// What a byte was to a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Part of it.
    Taken,
    /// The last byte of it.
    Last,
    /// The first byte after it.
    After,
    /// Nothing that can follow.
    Stray,
}

impl Literal {
    /// Takes the next byte; appends the JSON that is certain now.
    pub(crate) fn push(&mut self, byte: u8, json: &mut Vec<u8>) -> Fate {
        let white = byte.is_ascii_whitespace();
        match (self.place, byte) {
            (Place::Value | Place::Key | Place::Colon | Place::Next, _) if white => {}
            (Place::Value | Place::Next, b']') if self.open.last() == Some(&Open::List) => {
                return self.close(b']', json);
            }
            (Place::Value | Place::Next, b')') if self.open.last() == Some(&Open::Tuple) => {
                return self.close(b']', json);
            }
            (Place::Key, b'}') => return self.close(b'}', json),
            (Place::Value | Place::Key, _) => return self.begin(byte, json),
            (Place::Colon, b':') => {
                json.extend_from_slice(b": ");
                self.place = Place::Value;
                self.filled = false;
            }
            (Place::Next, b',') => {
                let dict = self.open.last() == Some(&Open::Dict);
                self.place = if dict { Place::Key } else { Place::Value };
            }
            (Place::Next, b'}') if self.open.last() == Some(&Open::Dict) => return self.close(b'}', json),
            (Place::Word { key }, _) if is_word(byte) => {
                self.word.push(byte);
                self.place = Place::Word { key };
            }
            (Place::Word { key }, _) => {
                self.word_ended(key, json);
                self.value_ended(key);
                return if self.place == Place::Done { Fate::After } else { self.push(byte, json) };
            }
            (Place::Text { key, quote }, _) if byte == quote => {
                json.push(b'"');
                self.value_ended(key);
                return if self.place == Place::Done { Fate::Last } else { Fate::Taken };
            }
            (Place::Text { key, quote }, b'\\') => self.place = Place::Escape { key, quote },
            (Place::Text { .. }, _) if byte != b'\n' => plain(byte, json),
            (Place::Escape { key, quote }, _) => self.escape(byte, key, quote, json),
            (Place::Digits { key, quote, left, code }, _) => {
                let Some(digit) = char::from(byte).to_digit(16) else { return Fate::Stray };
                let code = code << 4 | digit;
                self.place = Place::Digits { key, quote, left: left - 1, code };
                if left == 1 {
                    self.place = Place::Text { key, quote };
                    let meant = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                    let mut utf8 = [0; 4];
                    meant.encode_utf8(&mut utf8).bytes().for_each(|byte| plain(byte, json));
                }
            }
            (Place::Colon | Place::Next | Place::Text { .. } | Place::Done, _) => return Fate::Stray,
        }
        Fate::Taken
    }

    /// Takes the bytes of a string's text that JSON writes as they are; says how many.
    pub(crate) fn run(&mut self, bytes: &[u8], json: &mut Vec<u8>) -> usize {
        let Place::Text { quote, .. } = self.place else { return 0 };
        let ends = |byte: &u8| *byte == quote || matches!(byte, 0x00..0x20 | b'"' | b'\\');
        let len = bytes.iter().position(ends).unwrap_or(bytes.len());
        json.extend_from_slice(&bytes[..len]);
        len
    }

    fn begin(&mut self, byte: u8, json: &mut Vec<u8>) -> Fate {
        let key = self.place == Place::Key;
        if !self.open.is_empty() && std::mem::replace(&mut self.filled, true) {
            json.extend_from_slice(b", ");
        }
        match byte {
            b'\'' | b'"' => {
                json.push(b'"');
                self.place = Place::Text { key, quote: byte };
            }
            b'[' | b'(' | b'{' if !key => {
                let (open, place, opener) = match byte {
                    b'[' => (Open::List, Place::Value, b'['),
                    b'(' => (Open::Tuple, Place::Value, b'['),
                    _ => (Open::Dict, Place::Key, b'{'),
                };
                json.push(opener);
                self.open.push(open);
                self.place = place;
                self.filled = false;
            }
            _ if is_word(byte) => {
                self.word.push(byte);
                self.place = Place::Word { key };
            }
            _ => return Fate::Stray,
        }
        Fate::Taken
    }

    fn close(&mut self, closer: u8, json: &mut Vec<u8>) -> Fate {
        json.push(closer);
        self.open.pop();
        self.value_ended(false);
        if self.place == Place::Done { Fate::Last } else { Fate::Taken }
    }

    fn value_ended(&mut self, key: bool) {
        self.filled = true;
        self.place = match (key, self.open.is_empty()) {
            (true, _) => Place::Colon,
            (false, true) => Place::Done,
            (false, false) => Place::Next,
        };
    }

    fn word_ended(&mut self, key: bool, json: &mut Vec<u8>) {
        let word = std::mem::take(&mut self.word);
        let lexeme: &[u8] = match &word[..] {
            b"True" | b"true" => b"true",
            b"False" | b"false" => b"false",
            b"None" | b"null" => b"null",
            number if is_number(number) => number,
            _ => b"",
        };
        if lexeme.is_empty() || key {
            json.push(b'"');
            json.extend_from_slice(&word);
            json.push(b'"');
        } else {
            json.extend_from_slice(lexeme);
        }
    }

    fn escape(&mut self, byte: u8, key: bool, quote: u8, json: &mut Vec<u8>) {
        self.place = Place::Text { key, quote };
        let digits = |left| Place::Digits { key, quote, left, code: 0 };
        match byte {
            b'n' => json.extend_from_slice(b"\\n"),
            b't' => json.extend_from_slice(b"\\t"),
            b'r' => json.extend_from_slice(b"\\r"),
            b'b' => json.extend_from_slice(b"\\b"),
            b'f' => json.extend_from_slice(b"\\f"),
            b'\'' | b'"' | b'\\' => plain(byte, json),
            b'x' => self.place = digits(2),
            b'u' => self.place = digits(4),
            b'U' => self.place = digits(8),
            b'\n' => {}
            _ => {
                plain(b'\\', json);
                plain(byte, json);
            }
        }
    }
}

/// A byte of a string's meaning, as JSON writes it.
fn plain(byte: u8, json: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
        0x00..0x20 => json.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        _ => json.push(byte),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-') || byte >= 0x80
}

fn is_number(word: &[u8]) -> bool {
    let mut scan = JsonScan::default();
    let starts = matches!(word.first(), Some(b'-' | b'0'..=b'9'));
    starts && scan.push(word) == Scan::More && scan.is_complete()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The JSON of a literal that a comma follows, and how much of the text was taken.
    fn json(text: &str) -> Option<String> {
        let (mut literal, mut json) = (Literal::default(), Vec::new());
        for byte in text.bytes().chain([b',']) {
            match literal.push(byte, &mut json) {
                Fate::Taken => {}
                Fate::Last | Fate::After => return Some(String::from_utf8(json).unwrap()),
                Fate::Stray => return None,
            }
        }
        None
    }

    #[test]
    fn literals_become_the_json_that_means_the_same() {
        for (python, expected) in [
            ("1", "1"),
            ("-0.10", "-0.10"),
            ("1e5", "1e5"),
            ("1_000", "\"1_000\""),
            ("True", "true"),
            ("None", "null"),
            ("red", "\"red\""),
            ("'it\\'s \"x\"'", "\"it's \\\"x\\\"\""),
            ("\"a\\n\\x41\\u00e9\\U0001fae0\\d\"", "\"a\\nAé🫠\\\\d\""),
            ("[1, 'a', [], ]", "[1, \"a\", []]"),
            ("(1, (2,))", "[1, [2]]"),
            ("{'a': {'b': [True]}, 1: None}", "{\"a\": {\"b\": [true]}, \"1\": null}"),
            ("{}", "{}"),
        ] {
            assert_eq!(json(python).as_deref(), Some(expected), "{python}");
            serde_json::from_str::<serde::de::IgnoredAny>(expected).unwrap();
        }
    }

    #[test]
    fn what_is_no_literal_is_not_followed() {
        for text in ["{1, 2}", "'a\nb'", "[1 2]", "'a' 'b'", "f(x)", "{'a' 1}", "'\\xzz'"] {
            assert_eq!(json(&format!("[{text}]")), None, "{text}");
        }
    }
}
