//! The text of a custom tool's call, read out of the JSON that the model writes for it: `{"input": "..."}`.
//!
//! ```text
//!  Before --{"input":"--> Inside --"--> After        Before --anything else--> Odd
//! ```
//!
//! Text is told as it comes; only an escape that is not whole is held back. Arguments of another shape are told when
//! they are whole: their `input`, or they themselves.

use serde_json::Value;

/// The state of one call's arguments.
#[derive(Debug, Default)]
pub(super) struct Input {
    state: State,
    /// What was not told: of the string an unfinished escape; of arguments of another shape, all of them.
    held: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many bytes of [`OPENING`] were seen.
    Before(usize),
    Inside,
    After,
    Odd,
}

impl Default for State {
    fn default() -> Self {
        Self::Before(0)
    }
}

/// What the text follows; white space may stand around the brace and the colon.
const OPENING: &[u8] = b"{\"input\":\"";
/// Where in it.
const SPACES: [usize; 4] = [0, 1, 8, 9];

impl Input {
    /// Takes the next piece of the arguments; returns the text that it decides.
    pub(super) fn push(&mut self, json: &str) -> String {
        let mut text = String::new();
        self.held.push_str(json);
        let from = self.held.len() - json.len();
        if let State::Before(seen) = self.state {
            self.open(seen, from);
        }
        match self.state {
            State::Before(_) | State::Odd => {}
            State::Inside => self.read(&mut text),
            State::After => self.held.clear(),
        }
        text
    }

    /// The text that was held back, now that nothing follows.
    pub(super) fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Before(_) | State::After => String::new(),
            State::Inside => held,
            State::Odd => match serde_json::from_str::<Value>(&held) {
                Ok(Value::Object(mut arguments)) => match arguments.shift_remove("input") {
                    Some(Value::String(text)) => text,
                    Some(other) => other.to_string(),
                    None if arguments.is_empty() => String::new(),
                    None => held,
                },
                Ok(_) | Err(_) => held,
            },
        }
    }

    /// Looks for the string's beginning in what is held from `from` on.
    fn open(&mut self, mut seen: usize, from: usize) {
        for (at, byte) in self.held.bytes().enumerate().skip(from) {
            if byte == OPENING[seen] {
                seen += 1;
            } else if !(byte.is_ascii_whitespace() && SPACES.contains(&seen)) {
                self.state = State::Odd;
                return;
            }
            if seen == OPENING.len() {
                self.held.drain(..=at);
                self.state = State::Inside;
                return;
            }
        }
        self.state = State::Before(seen);
    }

    /// Reads on within the string.
    fn read(&mut self, text: &mut String) {
        let mut rest = self.held.as_str();
        loop {
            let Some(at) = memchr::memchr2(b'"', b'\\', rest.as_bytes()) else {
                text.push_str(rest);
                rest = "";
                break;
            };
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('"') {
                self.state = State::After;
                rest = "";
                break;
            }
            let Some((len, meant)) = escape(rest) else { break };
            match meant {
                Some(meant) => text.push(meant),
                None => text.push_str(&rest[..len]),
            }
            rest = &rest[len..];
        }
        self.held = rest.to_owned();
    }
}

/// The escape at the start of `text`: its length and what it means, nothing if JSON has no such escape; `None` if
/// it is not whole.
fn escape(text: &str) -> Option<(usize, Option<char>)> {
    let meant = match text[1..].chars().next()? {
        'u' => return unicode(text),
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        same @ ('"' | '\\' | '/') => same,
        other => return Some((1 + other.len_utf8(), None)),
    };
    Some((2, Some(meant)))
}

/// `\uXXXX`, or two of them that make one character.
fn unicode(text: &str) -> Option<(usize, Option<char>)> {
    let first = match unit(text)? {
        Ok(unit) => unit,
        Err(len) => return Some((len, None)),
    };
    if let Some(meant) = char::from_u32(first) {
        return Some((6, Some(meant)));
    }
    let second = &text[6..];
    if !("\\u".starts_with(second) || second.starts_with("\\u")) {
        return Some((6, Some(char::REPLACEMENT_CHARACTER)));
    }
    let (Ok(low @ 0xDC00..0xE000), 0xD800..0xDC00) = (unit(second)?, first) else {
        return Some((6, Some(char::REPLACEMENT_CHARACTER)));
    };
    Some((12, char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00))))
}

/// The number of a `\uXXXX`, or the length of what cannot become one; `None` if it is not whole.
fn unit(text: &str) -> Option<Result<u32, usize>> {
    let digits = text.get(2..).unwrap_or_default().bytes().take(4);
    let len = digits.clone().take_while(u8::is_ascii_hexdigit).count();
    if len == 4 {
        let number = u32::from_str_radix(&text[2..6], 16).expect("four hexadecimal digits");
        return Some(Ok(number));
    }
    if digits.len() > len { Some(Err(2 + len)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str, size: usize) -> String {
        let mut input = Input::default();
        let mut text = String::new();
        let chars: Vec<char> = json.chars().collect();
        for piece in chars.chunks(size) {
            text += &input.push(&piece.iter().collect::<String>());
        }
        text + &input.finish()
    }

    #[test]
    fn text_is_told_as_it_comes_and_only_an_unfinished_escape_is_held() {
        let mut input = Input::default();
        for (json, text) in [
            (" {\n\"inp", ""),
            ("ut\" : \"a", "a"),
            ("b\\", "b"),
            ("n\\u00", "\n"),
            ("e9\\ud83e", "é"),
            ("\\udee0", "🫠"),
            ("\\\"", "\""),
            ("\"", ""),
            ("}", ""),
        ] {
            assert_eq!(input.push(json), text, "{json}");
        }
        assert_eq!(input.finish(), "");
    }

    #[test]
    fn arguments_of_another_shape_are_their_input_or_themselves() {
        for (json, text) in [
            (r#"{"x": 1, "input": "a\nb"}"#, "a\nb"),
            (r#"{"input": {"a": 1}}"#, r#"{"a":1}"#),
            (r#"{"patch": "a"}"#, r#"{"patch": "a"}"#),
            (r#""a""#, r#""a""#),
            ("*** Begin", "*** Begin"),
            ("{}", ""),
            (r#"{"inp"#, ""),
            (r#"{"input": "a\"#, "a\\"),
            (r#"{"input": "a\u00"#, "a\\u00"),
        ] {
            for size in 1..=json.len() {
                assert_eq!(read(json, size), text, "{json} in pieces of {size}");
            }
        }
    }

    #[test]
    fn escapes_that_json_does_not_have_stay_as_they_are() {
        for (json, text) in [
            (r#"{"input":"\d+\é"}"#, r"\d+\é"),
            (r#"{"input":"\u12x"}"#, r"\u12x"),
            (r#"{"input":"\ud800x"}"#, "\u{FFFD}x"),
            (r#"{"input":"\ud800\n"}"#, "\u{FFFD}\n"),
            (r#"{"input":"\ud800\u0041"}"#, "\u{FFFD}A"),
            (r#"{"input":"\udc00"}"#, "\u{FFFD}"),
            (r#"{"input":"\ud800\u00""#, "\u{FFFD}\\u00"),
        ] {
            for size in 1..=json.len() {
                assert_eq!(read(json, size), text, "{json} in pieces of {size}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_whatever_the_pieces(text in any::<String>(), size in 1..20_usize) {
            let json = serde_json::json!({"input": text}).to_string();
            prop_assert_eq!(read(&json, size), text);
        }
    }
}
