//! What a request hands to the chat template alone.

use serde_json::{Map, Value};

use super::Error;
use super::fields::Fields;
use super::request::Effort;

/// Names a template is given by the server; a client cannot set them.
const RESERVED_KWARGS: &[&str] = &[
    "messages",
    "conversation",
    "tools",
    "functions",
    "add_generation_prompt",
    "continue_final_message",
    "chat_template",
    "tokenize",
    "return_dict",
    "return_tensors",
    "return_assistant_tokens_mask",
    "padding",
    "truncation",
    "max_length",
    "tokenizer_kwargs",
    "processor_kwargs",
    "raise_exception",
    "strftime_now",
    "bos_token",
    "eos_token",
    "unk_token",
    "pad_token",
    "loop",
    "self",
];

/// `chat_template_kwargs`, with `documents`, which is a template's variable too.
pub(super) fn template_kwargs(request: &Fields) -> Result<Map<String, Value>, Error> {
    let mut kwargs = Map::new();
    if let Some(documents) = request.array("documents")? {
        if !documents.iter().all(Value::is_object) {
            return Err(request.invalid("documents", "an array of objects"));
        }
        kwargs.insert("documents".to_owned(), Value::Array(documents.to_vec()));
    }
    let own = request.object("chat_template_kwargs")?;
    for (name, value) in request.map("chat_template_kwargs")?.into_iter().flatten() {
        if RESERVED_KWARGS.contains(&name.as_str()) {
            let own = own.as_ref().unwrap_or(request);
            return Err(own.invalid(name, "absent: the server sets this variable of the template"));
        }
        kwargs.insert(name.clone(), value.clone());
    }
    Ok(kwargs)
}

/// How hard the model is to think, in the client's word; which words there are is the template's to say.
pub(super) fn effort(fields: &Fields, name: &str) -> Result<Option<Effort>, Error> {
    let word = fields.string(name)?;
    Ok(word.map(|word| Effort { param: fields.path(name), word: word.to_owned() }))
}
