//! Any bytes as the body of a request of any dialect: a prepared request that fits the model, or the client's error.

use std::path::Path;
use std::sync::LazyLock;

use smgd_core::prompt::{Model, Prepared, Source, Ticket};
use smgd_core::wire::Error;
use smgd_core::wire::responses::{History, parse_responses};

/// The model that ships with the server: its tokenizer and its template, without the weights.
static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/smgd/demo/model");
    Model::load(&Source { folder, ..Source::default() }, vec!["demo".to_owned()])
        .expect("the embedded model is in the repository")
});

/// Checks one body.
pub fn check(body: &[u8]) {
    let ticket = || Ticket { request: 1, id: "x".to_owned(), created: 1, seed: 7, max_model_len: 512 };
    judge(MODEL.prepare_chat(body, ticket()));
    let asked = parse_responses(body);
    judge(asked.and_then(|asked| MODEL.prepare_responses(&asked, &History::default(), ticket())));
}

fn judge(prepared: Result<Prepared, Error>) {
    match prepared {
        Ok(prepared) => {
            let len = prepared.prompt_ids.len() + prepared.sampling.max_tokens as usize;
            assert!(!prepared.prompt_ids.is_empty() && len <= 512, "{len} tokens");
            assert!(prepared.sampling.min_tokens <= prepared.sampling.max_tokens && prepared.num_choices > 0);
            assert!(prepared.stop.iter().all(|stop| !stop.is_empty()));
            let in_header = |name: &String| name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
            assert!(prepared.ignored.iter().all(in_header), "{:?}", prepared.ignored);
            assert!(
                prepared.input_items.iter().all(|item| item["id"].is_string() && item["type"].is_string())
            );
        }
        Err(error) => {
            assert!((400..500).contains(&error.face().status), "{error}");
            let json: serde_json::Value =
                serde_json::from_slice(&error.to_json()).expect("an error is told as JSON");
            let told = json["error"].as_object().map(serde_json::Map::len);
            assert_eq!(told, Some(4), "{json}");
        }
    }
}
