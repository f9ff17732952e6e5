//! What a byte costs in every format: one long string in a call's arguments, or long reasoning, pushed in pieces
//! of a few bytes and told as events. The replies are made from the samples of the registry, so a new format is
//! measured by existing.
//!
//! ```text
//!  cargo bench -p smgd-core --bench formats [-- NAME ...]
//! ```
//!
//! Exits with 1 where a byte costs more than [`MAX_NS`], or in a long reply more than [`MAX_RATIO`] times as
//! much as in a short one.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use smgd_core::formats::{REASONING_FORMATS, ReasoningFormat, TOOL_FORMATS, Table, ToolFormat, text_table};
use smgd_core::prompt::Tool;
use smgd_core::reply::Fold;
use smgd_core::stream::{Begin, Finish, Stream};

/// Bytes of the long string or reasoning.
const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const PUSHES: [usize; 3] = [1, 4, 64];
/// Nanoseconds that a byte may cost.
const MAX_NS: f64 = 50.0;
/// What a byte of the longest reply may cost, in costs of a byte of the shortest.
const MAX_RATIO: f64 = 1.2;
/// A cell is measured again and again for so long, at least three times in each round.
const CELL_TIME: Duration = Duration::from_millis(20);
/// The table is measured so often, and the fastest counts, so that a slow second of the machine spoils no cell.
const ROUNDS: usize = 3;
/// A long reply's time is the sum of its parts', of each the fastest: what else the machine does then disturbs some
/// runs of a part, and seldom all.
const PART_BYTES: usize = 64_000;

/// Plain words that no format's markers begin with, and that JSON writes as they are.
const FILLER: &str = "Words of about five bytes each, some na\u{ef}ve; then more of them. ";

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |subject: &Subject| names.is_empty() || names.iter().any(|name| name == subject.name());
    println!("{}", processor());
    println!();
    println!("Nanoseconds per byte; bytes of the value, and bytes per push:");
    println!();
    let columns: Vec<String> = PUSHES
        .iter()
        .flat_map(|push| SIZES.map(|size| format!("{} kB by {push}", size / 1000)))
        .chain(["ratio".to_owned()])
        .collect();
    println!("| format | {} |", columns.join(" | "));
    println!("| --- |{}", " ---: |".repeat(columns.len()));
    let subjects: Vec<Subject> = subjects().into_iter().filter(wanted).collect();
    let mut rows: Vec<Row> = subjects.iter().map(Row::new).collect();
    for _ in 0..ROUNDS {
        rows.iter_mut().zip(&subjects).for_each(|(row, subject)| row.measure(subject));
    }
    rows.iter().for_each(Row::print);
    summary(&rows)
}

fn summary(rows: &[Row]) -> ExitCode {
    let slowest = rows.iter().max_by(|a, b| a.slowest().total_cmp(&b.slowest()));
    let steepest = rows.iter().max_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    let (Some(slowest), Some(steepest)) = (slowest, steepest) else {
        println!("no format has one of these names");
        return ExitCode::FAILURE;
    };
    println!();
    println!("{} rows; slowest: {:.1} ns/byte ({})", rows.len(), slowest.slowest(), slowest.name);
    println!("steepest: a byte of 1 MB costs {:.2} times one of 1 kB ({})", steepest.ratio(), steepest.name);
    let missed = slowest.slowest() > MAX_NS || steepest.ratio() > MAX_RATIO;
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The processor's name, as the kernel knows it.
fn processor() -> String {
    let lines = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = lines.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown processor", |(_, name)| name);
    model.to_owned()
}

/// What one byte costs under each size and push.
struct Row {
    name: String,
    /// By push, then by size, in nanoseconds.
    costs: [[f64; SIZES.len()]; PUSHES.len()],
}

impl Row {
    fn new(subject: &Subject) -> Self {
        Self { name: subject.title(), costs: [[f64::INFINITY; SIZES.len()]; PUSHES.len()] }
    }

    fn measure(&mut self, subject: &Subject) {
        for (costs, push) in self.costs.iter_mut().zip(PUSHES) {
            for (cost, size) in costs.iter_mut().zip(SIZES) {
                *cost = cost.min(subject.cost(subject.reply.stretched(size).as_bytes(), push));
            }
        }
    }

    fn print(&self) {
        let cells: Vec<String> = self.costs.iter().flatten().map(|cost| format!("{cost:.1}")).collect();
        println!("| {} | {} | {:.2} |", self.name, cells.join(" | "), self.ratio());
    }

    fn slowest(&self) -> f64 {
        self.costs.iter().flatten().copied().fold(0.0, f64::max)
    }

    /// What a byte of the longest costs, in costs of a byte of the shortest: the largest of all pushes.
    fn ratio(&self) -> f64 {
        self.costs.iter().map(|costs| costs[SIZES.len() - 1] / costs[0]).fold(0.0, f64::max)
    }
}

/// A format and the reply it is measured with.
struct Subject {
    format: Format,
    tools: Arc<[Tool]>,
    long: Long,
    reply: Reply,
}

/// What of a reply is long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Long {
    /// A string in a valid call's arguments.
    Argument,
    Reasoning,
    /// Where no sample has either of them.
    Content,
}

#[derive(Clone, Copy)]
enum Format {
    Tool(&'static ToolFormat),
    Reasoning(&'static ReasoningFormat),
}

/// A reply and the place in it where text may be put in.
struct Reply {
    before: String,
    after: String,
}

impl Reply {
    /// The reply with so many more bytes.
    fn stretched(&self, num_bytes: usize) -> String {
        let filler: String = FILLER.chars().cycle().take(num_bytes).collect();
        [&self.before, filler.as_str(), &self.after].concat()
    }
}

impl Subject {
    fn new(format: Format, samples: &[&str], tools: Arc<[Tool]>, long: Long) -> Self {
        let found = [long, Long::Content].into_iter().find_map(|long| {
            let reply = reply(samples, format, &tools, long)?;
            Some((long, reply))
        });
        let (long, reply) = found.expect("every format has a sample with text that may be longer");
        Self { format, tools, long, reply }
    }

    fn name(&self) -> &'static str {
        match self.format {
            Format::Tool(format) => format.name,
            Format::Reasoning(format) => format.name,
        }
    }

    fn title(&self) -> String {
        let what = match self.long {
            Long::Argument if self.tools.is_empty() => "call, no schema",
            Long::Argument => "call",
            Long::Reasoning => "reasoning",
            Long::Content => "content",
        };
        format!("{} ({what})", self.name())
    }

    fn stream(&self) -> Stream {
        let begin = Begin { tools: Arc::clone(&self.tools), ..Begin::default() };
        Stream::new(table(self.format), &begin)
    }

    /// Nanoseconds per byte: of each part the fastest run.
    fn cost(&self, text: &[u8], push: usize) -> f64 {
        let parts: Vec<&[u8]> = text.chunks(PART_BYTES).collect();
        let (begin, mut best, mut runs) = (Instant::now(), vec![Duration::MAX; parts.len()], 0);
        while runs < 3 || begin.elapsed() < CELL_TIME {
            let (mut start, mut stream) = (Instant::now(), self.stream());
            for (at, part) in parts.iter().enumerate() {
                for piece in part.chunks(push) {
                    stream.push_text(piece);
                    drop(black_box(stream.drain()));
                }
                if at + 1 == parts.len() {
                    stream.finish(Finish::Stop);
                    drop(black_box(stream.drain()));
                }
                let end = Instant::now();
                best[at] = best[at].min(end - start);
                start = end;
            }
            runs += 1;
        }
        let num_bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        best.iter().sum::<Duration>().as_secs_f64() * 1e9 / f64::from(num_bytes)
    }
}

fn table(format: Format) -> Arc<Table> {
    match format {
        Format::Tool(tool) => text_table(None, Some(tool)),
        Format::Reasoning(reasoning) => text_table(Some(reasoning), None),
    }
}

/// Every format; a tool-call format twice where a schema makes a difference.
fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for tool in TOOL_FORMATS {
        let of = |tools| Subject::new(Format::Tool(tool), tool.samples, tools, Long::Argument);
        let (declared, undeclared) = (of(strings_of(tool)), of(Arc::from([])));
        let differ = declared.num_told_early() != undeclared.num_told_early();
        subjects.push(declared);
        subjects.extend(differ.then_some(undeclared));
    }
    subjects.extend(REASONING_FORMATS.iter().map(|reasoning| {
        Subject::new(Format::Reasoning(reasoning), reasoning.samples, Arc::from([]), Long::Reasoning)
    }));
    subjects
}

impl Subject {
    /// Events of a long value's pieces: less where it is held back until its end.
    fn num_told_early(&self) -> usize {
        let (text, mut stream, mut num_told) = (self.reply.stretched(1000), self.stream(), 0);
        for piece in text.as_bytes().chunks(64) {
            stream.push_text(piece);
            num_told += stream.drain().count();
        }
        num_told
    }
}

/// The tools of a format's samples, all of whose arguments are declared as strings.
fn strings_of(tool: &'static ToolFormat) -> Arc<[Tool]> {
    let folds = tool.samples.iter().map(|sample| folded(Format::Tool(tool), &Arc::from([]), sample));
    let calls = folds.flat_map(|fold| fold.calls);
    let declared = calls.filter_map(|call| {
        let arguments: Value = serde_json::from_str(&call.arguments).ok()?;
        let keys = arguments.as_object()?.keys().map(|key| (key.clone(), json!({"type": "string"})));
        let parameters = json!({"type": "object", "properties": Value::Object(keys.collect())});
        Some(Tool { name: call.name, parameters })
    });
    declared.collect()
}

/// A sample, and the first place in it where more text makes this part of the reply longer.
fn reply(samples: &[&str], format: Format, tools: &Arc<[Tool]>, long: Long) -> Option<Reply> {
    const PROBE: &str = "probe of words";
    samples.iter().find_map(|sample| {
        let places = (0..=sample.len()).filter(|at| sample.is_char_boundary(*at));
        let mut replies = places.map(|at| Reply { before: sample[..at].into(), after: sample[at..].into() });
        replies.find(|Reply { before, after }| {
            let fold = folded(format, tools, &[before, PROBE, after].concat());
            match long {
                Long::Argument => fold.calls.iter().any(|call| {
                    let arguments: Option<Value> = serde_json::from_str(&call.arguments).ok();
                    call.valid && arguments.is_some_and(|arguments| holds(&arguments, PROBE))
                }),
                Long::Reasoning => fold.reasoning.contains(PROBE),
                Long::Content => fold.content.contains(PROBE),
            }
        })
    })
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn folded(format: Format, tools: &Arc<[Tool]>, text: &str) -> Fold {
    let begin = Begin { tools: Arc::clone(tools), ..Begin::default() };
    let (mut stream, mut fold) = (Stream::new(table(format), &begin), Fold::default());
    stream.push_text(text.as_bytes());
    stream.finish(Finish::Stop);
    stream.drain().for_each(|event| fold.push(event.part));
    fold
}
