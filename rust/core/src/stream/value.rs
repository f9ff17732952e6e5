//! Arguments written as text, one key and value after the other -> the arguments' JSON.
//!
//! ```text
//!  <parameter=a>x</parameter><parameter=n>1</parameter></function>   ->   {"a": "x", "n": 1}
//! ```
//!
//! A string streams as it comes; any other value is held back until its end, because only then it is known
//! whether it fits its schema.

use std::sync::Arc;

use super::json::escape;
use super::schema::Types;
use crate::formats::Table;
use crate::prompt::Tool;

/// The arguments of one call.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) tools: Arc<[Tool]>,
    num_keys: u32,
    /// The next value's key.
    pub(crate) key: Vec<u8>,
    /// What the wire says of the next value's type, where it does.
    pub(crate) wire_type: Vec<u8>,
    types: Types,
    /// A value that is held back.
    text: String,
    /// JSON that is certain now.
    json: Vec<u8>,
}

impl Values {
    pub(crate) fn new(tools: Arc<[Tool]>) -> Self {
        let (key, wire_type, text, json) = (Vec::new(), Vec::new(), String::new(), Vec::new());
        Self { tools, num_keys: 0, key, wire_type, types: Types::ANY, text, json }
    }

    /// A call begins.
    pub(crate) fn clear(&mut self) {
        self.num_keys = 0;
        self.clear_key();
    }

    /// The value of the key begins in a call of `tool`: JSON up to it.
    pub(crate) fn begin(&mut self, table: &Table, tool: &str) -> &[u8] {
        let key = table.field(&self.key);
        let told = Types::on_wire(&self.wire_type);
        self.types = told.unwrap_or_else(|| Types::of(&self.tools, tool, &key));
        self.json.clear();
        self.json.extend_from_slice(if self.num_keys == 0 { b"{\"" } else { b", \"" });
        escape(&key, &mut self.json);
        self.json.extend_from_slice(if self.types == Types::STRING { b"\": \"" } else { b"\": " });
        self.num_keys += 1;
        self.clear_key();
        &self.json
    }

    /// More of the value: the JSON that is certain now.
    pub(crate) fn push(&mut self, text: &[u8]) -> &[u8] {
        self.json.clear();
        if self.types == Types::STRING {
            escape(text, &mut self.json);
        } else {
            self.text.push_str(&String::from_utf8_lossy(text));
        }
        &self.json
    }

    /// The value is whole: the JSON that is left of it.
    pub(crate) fn end(&mut self) -> &[u8] {
        if self.types == Types::STRING {
            return b"\"";
        }
        self.json = self.types.json(&std::mem::take(&mut self.text));
        &self.json
    }

    /// The call is whole: the JSON that is left of its arguments.
    pub(crate) fn close(&mut self) -> &'static [u8] {
        if self.num_keys > 0 { b"}" } else { b"" }
    }

    fn clear_key(&mut self) {
        self.key.clear();
        self.wire_type.clear();
        self.text.clear();
    }
}
