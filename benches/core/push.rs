//! What a token costs from the worker's frame to the client's bytes: decoding the frame, detokenizing, the
//! reply machine, and framing chunks or events. One token per stream and step, as a worker sends them.
//!
//! ```text
//!  cargo bench -p smgd-core --bench push
//! ```

use std::sync::Arc;
use std::time::Instant;

use smgd_core::formats::{reasoning_format, tool_format};
use smgd_core::frame::{self, Message, RowTokens, Sampling, StepEnd, Tokens};
use smgd_core::prompt::{Delivery, Prepared, Tool};
use smgd_core::reply::Replies;
use smgd_core::stream::Vocabulary;
use smgd_core::wire::responses::{ReasoningEvents, Shell};

const NUM_TOKENS: usize = 4000;

fn main() {
    let prose = "Words of about five bytes each, with a \"quote\" and a newline\nnow and then; naïve too. ";
    let call = |text: &str| format!("<tool_call>\n{{\"name\": \"f\", \"arguments\": {{\"a\": {}", json(text));
    let cases = [
        ("content", prose.repeat(400)),
        ("reasoning", format!("<think>\n{}", prose.repeat(400))),
        ("arguments", call(&prose.repeat(400))),
    ];
    println!("{:<12}{:<12}{:>8}{:>12}{:>12}", "dialect", "reply", "streams", "ns/token", "bytes/token");
    for (dialect, delivery) in deliveries() {
        for (name, text) in &cases {
            for num_streams in [1, 64, 256] {
                let (ns, bytes) = measure(text, num_streams, &delivery);
                println!("{dialect:<12}{name:<12}{num_streams:>8}{ns:>12.0}{bytes:>12.0}");
            }
        }
    }
}

/// The ways to stream.
fn deliveries() -> [(&'static str, Delivery); 2] {
    let shell = Shell {
        echo: serde_json::Map::new(),
        stream: true,
        store: true,
        background: false,
        reasoning: ReasoningEvents::Summary,
        seal: None,
        faces: Vec::new(),
    };
    [
        ("chat", Delivery::ChatStream { include_usage: false, continuous_usage: false }),
        ("responses", Delivery::Responses(Arc::new(shell))),
    ]
}

fn json(text: &str) -> String {
    format!("\"{}", text.replace('"', "\\\"").replace('\n', "\\n"))
}

/// Nanoseconds per token in the fastest of five runs, and bytes sent per token.
fn measure(text: &str, num_streams: u64, delivery: &Delivery) -> (f64, f64) {
    let vocabulary = Arc::new(Pieces::of(text));
    let num_steps = NUM_TOKENS.min(vocabulary.0.len());
    let frames: Vec<Vec<u8>> = (0..num_steps).map(|step| tokens(step, num_streams)).collect();
    let (mut best, mut bytes) = (f64::INFINITY, 0);
    for _ in 0..5 {
        let mut replies =
            Replies::new(Arc::clone(&vocabulary) as _, reasoning_format("qwen3"), tool_format("hermes"))
                .expect("the formats are sound");
        for request in 0..num_streams {
            replies.open(&Arc::new(prepared(request, delivery.clone())), 1);
        }
        bytes = 0;
        let start = Instant::now();
        for frame in &frames {
            let step = replies.advance(frame, 0).expect("the frames are ours");
            bytes += step.chunks.iter().map(|chunk| chunk.data.len()).sum::<usize>();
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    let num_tokens = f64::from(u32::try_from(num_steps).unwrap_or(u32::MAX))
        * f64::from(u32::try_from(num_streams).unwrap_or(1));
    let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    (best * 1e9 / num_tokens, bytes / num_tokens)
}

fn tokens(step: usize, num_streams: u64) -> Vec<u8> {
    let id = u32::try_from(step).unwrap_or_default();
    let row = |stream: u64| RowTokens {
        sequence: stream << 16,
        ids: vec![id],
        end: StepEnd::Running,
        logprobs: Vec::new(),
    };
    frame::encode(1, u64::from(id), &Message::Tokens(Tokens { rows: (0..num_streams).map(row).collect() }))
}

fn prepared(request: u64, delivery: Delivery) -> Prepared {
    Prepared {
        request,
        id: format!("chatcmpl-{request:032}"),
        created: 1_700_000_000,
        model: "smgd-demo".into(),
        prompt_ids: Arc::from([1]),
        prompt_tail: String::new(),
        sampling: Sampling::default(),
        num_choices: 1,
        stop: Vec::new(),
        include_stop: false,
        own_stop_ids: Vec::new(),
        tools: Arc::from([Tool { name: "f".into(), parameters: serde_json::Value::Null }]),
        delivery,
        ignored: Vec::new(),
        input_items: Vec::new(),
    }
}

/// A text cut into tokens of five bytes; the ids are their places.
#[derive(Debug)]
struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    fn of(text: &str) -> Self {
        Self(text.as_bytes().chunks(5).map(<[u8]>::to_vec).collect())
    }
}

impl Vocabulary for Pieces {
    fn token_bytes(&self, id: u32) -> &[u8] {
        self.0.get(id as usize).map_or(&[], Vec::as_slice)
    }

    fn is_special(&self, _: u32) -> bool {
        false
    }

    fn id_of(&self, _: &str) -> Option<u32> {
        None
    }

    fn special_tokens(&self) -> Vec<String> {
        Vec::new()
    }
}
