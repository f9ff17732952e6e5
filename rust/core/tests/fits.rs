//! Published chat templates: the format that each is given by itself, the round trip of its calls through it,
//! and what it wants of its messages. The findings are the table in `TEMPLATES.md`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::fmt::Write as _;

use corpus::{read, text, tokens};
use serde_json::Value;
use smgd_core::formats::{Evidence, tool_format};
use smgd_core::prompt::{
    Answers, Arguments, Calls, Choice, Empty, Fit, Ids, Kept, Reader, System, Template, ToolsAt,
    WantedFormats, Wants, kept,
};

/// What the index beside the templates calls the formats that are declared here; a format that is not is `none`.
const NAMES: &[(&str, &str)] = &[
    ("gemma", "gemma4"),
    ("hunyuan", "jamba"),
    ("internlm2", "internlm"),
    ("minimax_m1", "jamba"),
    ("mistral_args", "mistral"),
    ("nemotron", "nemotron_deci"),
    ("phi4_mini", "phi4_mini_json"),
    ("qwen_xml", "qwen3_coder"),
    // It writes `functools[...]`, as Phi does.
    ("firefunction", "phi4_mini_json"),
];

/// Templates whose calls cannot all come back, by their own fault: the cases, and why.
const OWN_FAULT: &[(&str, &str, &str)] = &[
    ("llama-4-scout-17b-instruct", "two calls", "it puts the text between a call's markers"),
    ("qwen-qwen3-coder-30b-a3b", "nested values", "it prints an array as Python does"),
    ("seed-oss-36b-instruct", "nested values", "it prints objects and arrays as Python does"),
    ("lfm2.5-8b-a1b", "quotes", "it puts texts in quotes without escaping what is in them"),
    ("lfm2.5-8b-a1b", "line breaks", "the same"),
];

/// A template of the corpus, and what was found out about it.
struct Found {
    name: String,
    /// The format that its publisher's model is known to write.
    known: String,
    fit: Fit,
    kept: Kept,
}

fn found() -> Option<Vec<Found>> {
    let folder = corpus::folder()?;
    let index: Vec<Value> = read(&folder.join("INDEX.json"));
    let found = index.iter().map(|entry| {
        let source = std::fs::read_to_string(folder.join(text(entry, "file"))).unwrap();
        let template = Template::new(&source, tokens(entry)).unwrap();
        let evidence = Evidence { template: &source, ..Evidence::default() };
        let noted = text(entry, "tool_call_format");
        let fit = Fit::new(Some(&template), &evidence, WantedFormats::default(), Reader::Text);
        Found {
            name: text(entry, "file").trim_end_matches(".jinja").to_owned(),
            known: NAMES.iter().find(|(name, _)| *name == noted).map_or(noted, |(_, ours)| ours).to_owned(),
            kept: kept(&template, &fit.shape, fit.reasoning.format.is_some()),
            fit,
        }
    });
    Some(found.collect())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Right,
    Unsure,
    Wrong,
}

impl Found {
    /// Right is the known format, or calls in words where the template shows none. To warn and to have no
    /// format is to be unsure.
    fn verdict(&self) -> Verdict {
        let Choice { format, warning, .. } = &self.fit.tool;
        let known = tool_format(&self.known);
        let in_words = self.fit.shape.wants.calls == Calls::None && known.is_none();
        match format {
            Some(format) if known.is_some_and(|known| known.name == format.name) && warning.is_none() => {
                Verdict::Right
            }
            Some(format) if in_words && format.name == "hermes" => Verdict::Right,
            None if warning.is_some() => Verdict::Unsure,
            Some(_) if warning.is_some() && known.is_some() => Verdict::Unsure,
            None | Some(_) => Verdict::Wrong,
        }
    }
}

#[test]
fn auto_gives_no_template_a_format_that_its_model_does_not_write() {
    let Some(found) = found() else { return };
    let wrong: Vec<_> = found.iter().filter(|found| found.verdict() == Verdict::Wrong).collect();
    for found in &wrong {
        println!("{}: known {}, {}", found.name, found.known, found.fit.reason());
    }
    assert!(wrong.is_empty());
}

#[test]
fn calls_that_a_template_writes_come_back_the_same() {
    let Some(found) = found() else { return };
    let mut failed = Vec::new();
    for found in &found {
        for (case, reason) in &found.fit.tool.proof.failed {
            println!("{}, {case}: {reason}", found.name);
            failed.push((found.name.as_str(), *case));
        }
        for (_, reason) in &found.fit.reasoning.proof.failed {
            println!("{}, reasoning: {reason}", found.name);
            failed.push((found.name.as_str(), "reasoning"));
        }
    }
    let known: Vec<_> = OWN_FAULT.iter().map(|(name, case, _)| (*name, *case)).collect();
    assert_eq!(failed, known, "a list of what templates get wrong themselves");
}

#[test]
fn the_table_of_what_templates_want_is_current() {
    let Some(found) = found() else { return };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/TEMPLATES.md");
    let table = document(&found);
    println!("{table}");
    if std::env::var_os("SMGD_RENEW").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == table, "renew it: SMGD_RENEW=1 cargo test -p smgd-core --test fits");
}

fn document(found: &[Found]) -> String {
    let count = |verdict| found.iter().filter(|found| found.verdict() == verdict).count();
    let mut out = format!(
        "# What chat templates want\n\n\
         Made by `SMGD_RENEW=1 cargo test -p smgd-core --test fits` from {} published templates, none of which is \
         known by name.\nThe same questions are asked of every checkpoint once, when it is loaded.\n\n\
         ## The format that auto chooses\n\n\
         {} right, {} unsure, {} wrong.\n\n\
         | template | tool calls | | reason | reasoning |\n|---|---|---|---|---|\n",
        found.len(),
        count(Verdict::Right),
        count(Verdict::Unsure),
        count(Verdict::Wrong),
    );
    for found in found {
        let (tool, reasoning) = (&found.fit.tool, &found.fit.reasoning);
        let verdict = format!("{:?}", found.verdict()).to_lowercase();
        writeln!(
            out,
            "| {} | {} | {verdict} | {} | {}: {} |",
            found.name,
            tool.format.map_or("none", |format| format.name),
            cell(&tool.reason),
            reasoning.format.map_or("none", |format| format.name),
            cell(&reasoning.reason),
        )
        .unwrap();
    }
    out += "\n## What it is given\n\n\
            An empty cell is OpenAI's own shape. *tools*: where they are declared. *calls*: how many a turn shows. \
            *arguments*: an object,\nor the text that the model wrote. *content*: of a turn that only calls. \
            *text*: whether a turn shows only text or calls. *answers*: the\nrole of tools' answers. *system*: where such \
            messages may stand. *turns*: whether user and assistant must alternate. *reasoning*: the field it is \
            given in, or the content; dropped\nwhere neither is shown. *stays*: how long a turn, its reasoning \
            included, is written as the model wrote it: then it need not be\ncomputed again.\n\n\
            Reasoning in segments becomes a turn per call, segment i before call i and the last before the text: \
            templates have one place\nfor it in a turn.\n\n\
            | template | tools | calls | arguments | content | text | ids | answers | system | turns | reasoning | stays |\n\
            |---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for found in found {
        let kept = match found.kept {
            Kept::Always => "always",
            Kept::UntilAsked => "until asked",
            Kept::Never => "no",
        };
        writeln!(out, "| {} | {} | {kept} |", found.name, wants(&found.fit).join(" | ")).unwrap();
    }
    if !OWN_FAULT.is_empty() {
        out += "\n## Calls that do not come back\n\n| template | case | why |\n|---|---|---|\n";
        for (name, case, why) in OWN_FAULT {
            writeln!(out, "| {name} | {case} | {} |", cell(why)).unwrap();
        }
    }
    out
}

fn wants(fit: &Fit) -> [&'static str; 10] {
    let Wants {
        tools,
        calls,
        arguments,
        empty,
        text_with_calls,
        ids,
        answers,
        system,
        alternating,
        reasoning,
        calls_take_turn: _,
        reasoning_with_text: _,
    } = fit.shape.wants;
    let native = calls != Calls::None;
    [
        match tools {
            ToolsAt::Tools => "",
            ToolsAt::Functions => "functions",
            ToolsAt::System("tools") => "system.tools",
            ToolsAt::System(_) => "system.functions",
            ToolsAt::Nowhere => "in words",
        },
        match calls {
            Calls::Several => "",
            Calls::One => "one",
            Calls::None => "in words",
        },
        match arguments {
            Arguments::Text if native => "",
            Arguments::Object if native => "object",
            Arguments::Text | Arguments::Object => "",
        },
        match empty {
            Empty::Text => "",
            Empty::Null => "null",
            Empty::Absent => "absent",
            Empty::Space => "a space",
        },
        if text_with_calls { "" } else { "or calls" },
        match ids {
            Ids::Any => "",
            Ids::Nine => "nine letters",
            Ids::Named => "functions.NAME:N",
        },
        match answers {
            Answers::Text("tool") => "",
            Answers::Array("tool") => "an array",
            Answers::Text(role) | Answers::Array(role) => role,
            Answers::InWords => "in words",
        },
        match system {
            System::Anywhere => "",
            System::First => "first",
            System::Nowhere => "none",
        },
        if alternating { "alternate" } else { "" },
        reasoning.unwrap_or(if fit.shape.reasoning.is_some() { "content" } else { "dropped" }),
    ]
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
