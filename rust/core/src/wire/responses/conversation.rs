//! What a client puts into a conversation: items as a request's input has them, and metadata.

use serde_json::{Map, Value};

use super::asked::metadata;
use super::item::{Entry, Item, items};
use super::turns::with_id;
use crate::wire::fields::Fields;
use crate::wire::{Error, Ignored, body};

/// The body of a request that makes or changes a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// `metadata`, where it was sent.
    pub metadata: Option<Map<String, Value>>,
    /// `items` in their full stored form.
    pub items: Vec<Value>,
    /// What has no effect.
    pub ignored: Vec<String>,
}

/// Reads a body; ids that items lack are made from `id`.
///
/// # Errors
///
/// One of the 400s of [`Error`], naming the first field at fault, such as `items[0].role`.
pub fn parse_conversation(bytes: &[u8], id: &str) -> Result<Conversation, Error> {
    let body = match bytes {
        [] => Map::new(),
        bytes => body::parse(bytes)?,
    };
    let request = Fields::root(&body);
    let mut ignored = Ignored::default();
    let metadata = metadata(&request)?.cloned();
    let entries = match request.value("items") {
        Some(array @ Value::Array(_)) => items(array, "items", &mut ignored)?,
        Some(_) => return Err(request.invalid("items", "an array of items")),
        None => Vec::new(),
    };
    ignored.extend(request.unread());
    let kept = entries.iter().enumerate().map(|(index, entry)| stored(entry, id, index));
    let items = kept.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    Ok(Conversation { metadata, items, ignored: ignored.into_names() })
}

fn stored(entry: &Entry, id: &str, index: usize) -> Result<Option<Value>, Error> {
    if let Item::Reference(_) = entry.item {
        return Err(Error::InvalidParam {
            param: format!("{}.type", entry.path),
            expected: "the item itself".to_owned(),
            got: "\"item_reference\"".to_owned(),
        });
    }
    Ok(entry.kept.as_ref().map(|kept| with_id(kept, id, index)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(body: &Value) -> Result<Conversation, Error> {
        parse_conversation(body.to_string().as_bytes(), "conv_1")
    }

    #[test]
    fn items_are_kept_in_full_with_ids_of_their_place() {
        let body = json!({"metadata": {"a": "b"}, "x": 1, "items": [
            {"role": "user", "content": "hi"}, {"type": "message", "id": "msg_1", "role": "assistant", "content": "yes"},
            {"type": "hologram"}]});
        let conversation = parse(&body).unwrap();
        assert_eq!(Value::Object(conversation.metadata.unwrap()), body["metadata"]);
        assert_eq!(conversation.items.len(), 2);
        assert!(conversation.items[0]["id"].as_str().unwrap().starts_with("msg_"));
        assert_eq!(conversation.items[0]["content"], json!([{"type": "input_text", "text": "hi"}]));
        assert_eq!(conversation.items[1]["id"], "msg_1");
        assert_eq!(conversation.ignored, ["items[2].type=hologram", "x"]);
        let nothing = parse_conversation(b"", "conv_1").unwrap();
        assert_eq!((nothing.metadata, nothing.items.len()), (None, 0));
    }

    #[test]
    fn a_bad_body_is_named_with_its_place() {
        for (body, param) in [
            (json!({"items": {}}), "items"),
            (json!({"items": [{"role": "robot", "content": "x"}]}), "items[0].role"),
            (json!({"items": [{"type": "item_reference", "id": "msg_1"}]}), "items[0].type"),
            (json!({"metadata": {"a": 1}}), "metadata"),
            (json!({"metadata": {"a": "x".repeat(513)}}), "metadata"),
        ] {
            assert_eq!(parse(&body).unwrap_err().face().param, Some(param));
        }
    }
}
