//! The parts that contents and tools' outputs are made of.
//!
//! This server reads text. Another part of a message is read as what it is, so that a broken one is told, and then
//! refused: none disappears. In a tool's output, which the client did not choose, it becomes a note.

use serde_json::{Value, json};

use crate::wire::Error;
use crate::wire::body::{got, shorten};
use crate::wire::fields::Fields;

/// What is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Image,
    File,
    Audio,
    Video,
}

/// A part, read.
enum Part {
    Text(String),
    Media(Media),
}

const URL: &str = "an http(s) URL or a data URI";
const CONTENT: &str = "a string or an array of parts";

/// The text of a message's `content`; null is empty.
pub(super) fn content(fields: &Fields) -> Result<String, Error> {
    texts(fields, "content", |fields| match part(fields)? {
        Part::Text(text) => Ok(text),
        Part::Media(media) => Err(media.refused(fields.path("type"))),
    })
}

/// The text of a tool's `output`.
pub(super) fn output(fields: &Fields) -> Result<String, Error> {
    texts(fields, "output", |fields| match kind(fields)? {
        Kind::Text(field) => text(fields, field),
        Kind::Media(media) => Ok(note(media.word())),
        Kind::Unknown(kind) => Ok(note(&format!("something of the type {}", shorten(kind)))),
    })
}

/// The text of a part that stands in an input by itself.
pub(super) fn bare(fields: &Fields) -> Result<String, Error> {
    match part(fields)? {
        Part::Text(text) => Ok(text),
        Part::Media(media) => Err(media.refused(fields.path("type"))),
    }
}

/// The texts of parts of one `kind`, such as a reasoning item's summary; `None` where there are none.
pub(super) fn texts_of(fields: &Fields, name: &str) -> Result<Option<String>, Error> {
    let path = fields.path(name);
    let items = fields.array(name)?.unwrap_or_default().iter().enumerate();
    let read = |(index, item)| -> Result<String, Error> {
        let part = Fields::of(item, format!("{path}[{index}]"), true)?;
        let text = part.string("text")?.ok_or_else(|| part.missing("text", "a string"))?;
        Ok(text.to_owned())
    };
    let texts = items.map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(texts.join("\n\n")).filter(|text| !text.is_empty()))
}

/// A content as the parts that it is kept in, `kind` of them where it is only a string.
pub(super) fn kept(value: Option<&Value>, kind: &str) -> Value {
    let with_kind = |part: &Value| match part {
        Value::String(text) => text_part(kind, text),
        Value::Object(part) if part.get("type").is_some_and(|sent| sent == "text") => {
            let mut part = part.clone();
            part.insert("type".to_owned(), json!(kind));
            complete(Value::Object(part))
        }
        other => complete(other.clone()),
    };
    match value {
        Some(Value::Array(parts)) => parts.iter().map(with_kind).collect(),
        Some(Value::String(text)) => json!([text_part(kind, text)]),
        Some(_) | None => json!([]),
    }
}

fn text_part(kind: &str, text: &str) -> Value {
    complete(json!({"type": kind, "text": text}))
}

/// What the model said carries its annotations, none.
fn complete(mut part: Value) -> Value {
    if part["type"] == "output_text" {
        for list in ["annotations", "logprobs"] {
            if !part[list].is_array() {
                part[list] = json!([]);
            }
        }
    }
    part
}

/// A string, or parts, whose texts are joined by line breaks.
fn texts(
    fields: &Fields,
    name: &str,
    read_part: impl Fn(&Fields) -> Result<String, Error>,
) -> Result<String, Error> {
    match fields.value(name) {
        None if fields.is_sent(name) => Ok(String::new()),
        None => Err(fields.missing(name, CONTENT)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let path = fields.path(name);
            let read = |(index, item): (usize, &Value)| {
                if let Value::String(text) = item {
                    return Ok(text.clone());
                }
                read_part(&Fields::of(item, format!("{path}[{index}]"), true)?)
            };
            Ok(parts.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?.join("\n"))
        }
        Some(_) => Err(fields.invalid(name, CONTENT)),
    }
}

const KINDS: &str =
    "one of input_text, output_text, refusal, input_image, input_file, input_audio, input_video";

/// What a part's `type` says.
enum Kind<'a> {
    /// Text, in this field.
    Text(&'static str),
    Media(Media),
    Unknown(&'a str),
}

fn kind<'a>(part: &Fields<'a>) -> Result<Kind<'a>, Error> {
    let kind = part.string("type")?.ok_or_else(|| part.missing("type", KINDS))?;
    Ok(match kind {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text" => Kind::Text("text"),
        "refusal" => Kind::Text("refusal"),
        "input_image" | "image_url" | "computer_screenshot" => Kind::Media(Media::Image),
        "input_file" | "file" => Kind::Media(Media::File),
        "input_audio" => Kind::Media(Media::Audio),
        "input_video" | "video_url" => Kind::Media(Media::Video),
        unknown => Kind::Unknown(unknown),
    })
}

fn part(fields: &Fields) -> Result<Part, Error> {
    match kind(fields)? {
        Kind::Text(field) => Ok(Part::Text(text(fields, field)?)),
        Kind::Media(of) => media(fields, of),
        Kind::Unknown(_) => Err(fields.invalid("type", KINDS)),
    }
}

fn text(part: &Fields, field: &str) -> Result<String, Error> {
    Ok(part.string(field)?.ok_or_else(|| part.missing(field, "a string"))?.to_owned())
}

/// What a tool's output says in place of what the model cannot be shown.
fn note(what: &str) -> String {
    format!("[The tool gave {what} here, which this model cannot be shown.]")
}

/// Checks where a part's bytes come from.
fn media(part: &Fields, media: Media) -> Result<Part, Error> {
    let (url, bytes) = media.sources();
    let mut any = false;
    if let Some(value) = part.value(url) {
        any = true;
        let (holder, name, value) = match value {
            Value::Object(_) => (part.object(url)?, "url", value.get("url")),
            value => (None, url, Some(value)),
        };
        if !value.and_then(Value::as_str).is_some_and(is_url) {
            let param = holder.as_ref().unwrap_or(part).path(name);
            let got = value.map_or_else(|| "nothing".to_owned(), got);
            return Err(Error::InvalidParam { param, expected: URL.to_owned(), got });
        }
    }
    if let Some(name) = bytes {
        any |= match part.value(name) {
            None => false,
            Some(Value::String(_) | Value::Object(_)) => true,
            Some(_) => return Err(part.invalid(name, "base64 text")),
        };
    }
    match part.string("file_id")? {
        Some(_) if !any => Err(Error::UnsupportedParam {
            param: part.path("file_id"),
            reason: "no files are kept here; send the content itself, as a data URI".to_owned(),
        }),
        None if !any => Err(part.missing(url, URL)),
        Some(_) | None => Ok(Part::Media(media)),
    }
}

/// `http://host...`, `https://host...` or `data:type;...,...`.
fn is_url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let host =
        ["http://", "https://"].iter().find_map(|scheme| lower.strip_prefix(scheme).map(|_| scheme.len()));
    match host {
        Some(at) => {
            let host = text[at..].split(['/', '?', '#']).next().unwrap_or_default();
            !host.is_empty() && !text.contains(char::is_whitespace)
        }
        None => lower.starts_with("data:") && text.contains(','),
    }
}

impl Media {
    /// The fields that hold a URL, and that hold bytes.
    fn sources(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Image => ("image_url", None),
            Self::File => ("file_url", Some("file_data")),
            Self::Audio => ("audio_url", Some("input_audio")),
            Self::Video => ("video_url", None),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Image => "an image",
            Self::File => "a file",
            Self::Audio => "a sound",
            Self::Video => "a video",
        }
    }

    fn refused(self, param: String) -> Error {
        let reason = format!("this model reads text only and cannot be shown {}", self.word());
        Error::UnsupportedParam { param, reason }
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;

    fn read(name: &str, value: Value) -> Result<String, Error> {
        let item = json!({ name: value });
        let fields = Fields::of(&item, "input[0]".to_owned(), true)?;
        if name == "output" { output(&fields) } else { content(&fields) }
    }

    #[test]
    fn texts_are_read_in_every_shape() {
        for (value, text) in [
            (json!("a"), "a"),
            (json!(null), ""),
            (json!([]), ""),
            (json!([{"type": "input_text", "text": "a"}, "b"]), "a\nb"),
            (json!([{"type": "output_text", "text": "a", "annotations": [], "logprobs": null}]), "a"),
            (json!([{"type": "refusal", "refusal": "no"}, {"type": "text", "text": "x"}]), "no\nx"),
        ] {
            assert_eq!(read("content", value).unwrap(), text);
        }
    }

    #[test]
    fn no_part_disappears() {
        let image =
            json!({"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "high"});
        for (part, param, code) in [
            (image.clone(), "input[0].content[0].type", "unsupported_value"),
            (
                json!({"type": "input_image", "image_url": "https://a/b.png"}),
                "input[0].content[0].type",
                "unsupported_value",
            ),
            (
                json!({"type": "image_url", "image_url": {"url": "HTTP://a"}}),
                "input[0].content[0].type",
                "unsupported_value",
            ),
            (
                json!({"type": "input_image", "image_url": "ftp://a"}),
                "input[0].content[0].image_url",
                "invalid_value",
            ),
            (
                json!({"type": "input_image", "image_url": "https://"}),
                "input[0].content[0].image_url",
                "invalid_value",
            ),
            (
                json!({"type": "image_url", "image_url": {"url": 3}}),
                "input[0].content[0].image_url.url",
                "invalid_value",
            ),
            (
                json!({"type": "input_image", "file_id": "file-1"}),
                "input[0].content[0].file_id",
                "unsupported_value",
            ),
            (json!({"type": "input_image"}), "input[0].content[0].image_url", "missing_required_parameter"),
            (
                json!({"type": "input_file", "file_data": "AA=="}),
                "input[0].content[0].type",
                "unsupported_value",
            ),
            (json!({"type": "input_file", "file_data": 7}), "input[0].content[0].file_data", "invalid_value"),
            (
                json!({"type": "input_audio", "input_audio": {"data": "AA=="}}),
                "input[0].content[0].type",
                "unsupported_value",
            ),
            (
                json!({"type": "input_video", "video_url": "nothing"}),
                "input[0].content[0].video_url",
                "invalid_value",
            ),
            (json!({"type": "hologram"}), "input[0].content[0].type", "invalid_value"),
            (json!({"text": "a"}), "input[0].content[0].type", "missing_required_parameter"),
            (json!({"type": "input_text"}), "input[0].content[0].text", "missing_required_parameter"),
            (json!(7), "input[0].content[0]", "invalid_value"),
        ] {
            let error = read("content", json!([part])).unwrap_err();
            assert_eq!((error.face().param, error.face().code), (Some(param), code), "{error}");
        }
        let broken = json!({"type": "input_file"});
        let given = json!([{"type": "input_text", "text": "seen:"}, image, broken, {"type": "hologram"}]);
        let told = "seen:\n[The tool gave an image here, which this model cannot be shown.]\n\
            [The tool gave a file here, which this model cannot be shown.]\n\
            [The tool gave something of the type hologram here, which this model cannot be shown.]";
        assert_eq!(read("output", given).unwrap(), told);
        let url = read("content", json!([{"type": "input_image", "image_url": "nope"}])).unwrap_err();
        assert!(url.to_string().ends_with("must be an http(s) URL or a data URI, got \"nope\""));
    }

    #[test]
    fn contents_are_kept_as_parts() {
        assert_eq!(kept(Some(&json!("a")), "input_text"), json!([{"type": "input_text", "text": "a"}]));
        let said = json!([{"type": "text", "text": "a", "x": 1}, {"type": "refusal", "refusal": "no"}]);
        let kept = kept(Some(&said), "output_text");
        assert_eq!(
            kept[0],
            json!({"type": "output_text", "text": "a", "x": 1, "annotations": [], "logprobs": []})
        );
        assert_eq!(kept[1], said[1]);
    }
}
