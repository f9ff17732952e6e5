//! The format of a reply's text: plain, until output can be constrained.

use super::fields::Fields;
use super::{Error, unbuilt};

/// Reads a format's type; of those that are `known` beside plain text, none is there yet.
pub(super) fn plain(format: &Fields, known: &[&str]) -> Result<(), Error> {
    let kinds = "one of text, json_object, json_schema";
    match format.string("type")? {
        Some("text") => Ok(()),
        Some(kind) if known.contains(&kind) => {
            Err(unbuilt::refuse_at("response_format", format.place().to_owned()))
        }
        Some(_) => Err(format.invalid("type", kinds)),
        None => Err(format.missing("type", kinds)),
    }
}
