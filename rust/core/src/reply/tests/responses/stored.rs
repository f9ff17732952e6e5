//! Responses that are stored: what is kept, and what is sent once it is, or could not be.

use proptest::prelude::*;

use super::*;
use crate::reply::{NoRecord, failed, replay};
use crate::wire::Error;

fn stored() -> Shell {
    Shell { store: true, ..shell() }
}

#[test]
fn the_last_event_of_a_stored_response_waits_for_its_record() {
    let asked = Asked::whole(stored(), &[b"hi"], StepEnd::StopId);
    let chunk = &asked.chunk;
    assert!(!named(&chunk.data, "response.output_item.done").is_empty(), "all else is sent at once");
    assert_eq!(names(&chunk.last), ["completed"]);
    assert_eq!(Value::Object(object(&chunk.record)), named(&chunk.last, "response.completed")[0]["response"]);
    let plain = Asked::whole(shell(), &[b"hi"], StepEnd::StopId);
    assert_eq!(asked.wire, plain.wire, "the same bytes");
    assert!(plain.chunk.record.is_empty() && plain.chunk.last.is_empty() && plain.chunk.unstored.is_empty());
}

#[test]
fn a_response_that_could_not_be_stored_has_failed() {
    let chunk = Asked::whole(stored(), &[b"hi"], StepEnd::StopId).chunk;
    assert_eq!(names(&chunk.unstored), ["error", "failed"]);
    assert!(chunk.unstored.ends_with(b"data: [DONE]\n\n"));
    let numbers = |wire: &[u8]| -> Vec<u64> {
        events(wire).iter().map(|(_, event)| event["sequence_number"].as_u64().unwrap()).collect()
    };
    let next = numbers(&chunk.data).last().unwrap() + 1;
    assert_eq!((numbers(&chunk.last), numbers(&chunk.unstored)), (vec![next], vec![next, next + 1]));
    let failed = &named(&chunk.unstored, "response.failed")[0]["response"];
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&"failed".into(), &"server_error".into()));
    assert_eq!(failed["output"][0]["content"][0]["text"], "hi");
    assert_eq!(named(&chunk.unstored, "error")[0]["code"], "not_stored");
}

#[test]
fn an_object_that_is_stored_is_its_record() {
    let chunk = Asked::whole(Shell { stream: false, ..stored() }, &[b"hi"], StepEnd::StopId).chunk;
    assert_eq!((&chunk.data, &chunk.last), (&Vec::new(), &chunk.record));
    assert_eq!(object(&chunk.record)["status"], "completed");
    assert!(chunk.unstored.is_empty(), "the error is the answer");
}

#[test]
fn a_bad_end_is_stored_too() {
    for (stream, events) in [(true, vec!["error", "failed"]), (false, vec![])] {
        let mut asked = Asked::of(response(Shell { stream, ..stored() }));
        asked.say(b"hi", StepEnd::Running);
        asked.say(b"", StepEnd::Aborted);
        let chunk = &asked.chunk;
        assert_eq!(chunk.error, Some(Error::Internal { id: "resp_1".into() }));
        assert_eq!(object(&chunk.record)["status"], "failed");
        assert!(chunk.data.is_empty());
        assert_eq!(
            (names(&chunk.last), &chunk.last),
            (events.into_iter().map(str::to_owned).collect(), &chunk.unstored)
        );
    }
}

#[test]
fn an_unfinished_record_becomes_a_failed_one() {
    let mut asked = Asked::of(response(Shell { background: true, ..stored() }));
    asked.say(b"hi", StepEnd::Running);
    let unfinished = asked.replies.object(1);
    let error = Error::ServerRestarted { id: "resp_1".into() };
    let chunk = asked.replies.fail(1, &error).chunks.remove(0);
    let mut lived = object(&chunk.record);
    lived["usage"] = Value::Null;
    assert_eq!(object(&failed(&unfinished, &error).unwrap()), lived);
    assert!(failed(b"[]", &error).is_err());
}

#[test]
fn what_is_no_record_or_not_over_is_not_told_again() {
    let summary = ReasoningEvents::Summary;
    let mut asked = Asked::of(response(stored()));
    let unfinished = asked.replies.object(1);
    assert!(replay(&unfinished, summary).unwrap_err().to_string().contains("status"));
    asked.say(b"hi", StepEnd::StopId);
    let mut record = object(&asked.chunk.record);
    record.shift_remove("output");
    let torn = serde_json::to_vec(&record).unwrap();
    let error: NoRecord = replay(&torn, summary).unwrap_err();
    assert_eq!(error.to_string(), "no stored response: it lacks output");
    assert!(replay(b"{", summary).is_err());
}

proptest! {
    #[test]
    fn a_damaged_record_is_told_or_refused_and_nothing_else(
        text in super::super::properties::pieces(),
        at in any::<prop::sample::Index>(),
        other in "[\\[\\]{}\",:a-z0-9]",
    ) {
        let mut record = String::from_utf8(Asked::whole(stored(), &[&text], StepEnd::StopId).chunk.record).unwrap();
        let at = at.index(record.len());
        if record.is_char_boundary(at) && record.is_char_boundary(at + 1) {
            record.replace_range(at..=at, &other);
        }
        if let Ok(wire) = replay(record.as_bytes(), ReasoningEvents::Summary) {
            prop_assert!(wire.ends_with(b"\n\ndata: [DONE]\n\n"));
        }
        if let Ok(failed) = failed(record.as_bytes(), &Error::Draining) {
            prop_assert_eq!(&object(&failed)["status"], "failed");
        }
    }
}
