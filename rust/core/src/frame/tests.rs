//! Frames from both sides: what was written is read back, and what nobody wrote is refused.

use super::*;
use proptest::prelude::*;

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (any::<u64>(), any::<u32>(), prop::collection::vec(any::<u32>(), 0..9));
    let row = row.prop_map(|(sequence, choice, emitted_ids)| Row { sequence, choice, emitted_ids });
    prop::collection::vec(row, 0..5)
}

fn sampling() -> impl Strategy<Value = Sampling> {
    let stop_ids = prop::collection::vec(any::<u32>(), 0..4);
    let ids = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u64>(), any::<bool>(), stop_ids);
    let draws = (-2f32..2.0, 0f32..1.0, -1f32..1.0, -1i32..21);
    (draws, ids).prop_map(|((temperature, top_p, min_p, logprobs), ids)| {
        let (top_k, max_tokens, min_tokens, seed, ignore_eos, stop_ids) = ids;
        let penalties = Sampling { presence_penalty: min_p, frequency_penalty: top_p, ..Sampling::default() };
        let draws = Sampling { temperature, top_p, min_p, top_k, seed, logprobs, ..penalties };
        Sampling { max_tokens, min_tokens, ignore_eos, stop_ids, ..draws }
    })
}

fn submit() -> impl Strategy<Value = Message> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..7);
    let rest = (".*", ".*", bytes(), prop::collection::vec(bytes(), 0..3));
    let ids = prop::collection::vec(any::<u32>(), 0..40);
    (any::<u64>(), ids, rows(), sampling(), rest).prop_map(|(request, prompt_ids, rows, sampling, rest)| {
        let (constraint, adapter, cache_salt, attachments) = rest;
        Message::Submit(Submit {
            request,
            prompt_ids,
            rows,
            sampling,
            constraint,
            adapter,
            cache_salt,
            attachments,
        })
    })
}

fn tokens() -> impl Strategy<Value = Message> {
    let end = prop_oneof![
        Just(StepEnd::Running),
        Just(StepEnd::StopId),
        Just(StepEnd::Length),
        Just(StepEnd::Aborted)
    ];
    let likely = prop::collection::vec((any::<u32>(), -90f32..0.0), 0..4);
    let row =
        (any::<u64>(), prop::collection::vec(any::<u32>(), 0..5), end, prop::collection::vec(likely, 0..4));
    let row = row.prop_map(|(sequence, ids, end, logprobs)| RowTokens { sequence, ids, end, logprobs });
    prop::collection::vec(row, 0..6).prop_map(|rows| Message::Tokens(Tokens { rows }))
}

fn message() -> impl Strategy<Value = Message> {
    let ready =
        (any::<u64>(), any::<u32>(), ".*", ".*").prop_map(|(num_parameters, load_ms, device, dtype)| {
            Message::Ready(Ready { num_parameters, load_ms, device, dtype, ..Ready::default() })
        });
    let state = (any::<u32>(), any::<u64>()).prop_map(|(num_running, generated_tokens)| {
        Message::State(StepState { num_running, generated_tokens, ..StepState::default() })
    });
    let abort = prop::collection::vec(any::<u64>(), 0..9);
    let fault =
        (any::<u64>(), ".*").prop_map(|(request, message)| Message::Error(Fault { request, message }));
    prop_oneof![
        ready,
        submit(),
        abort.prop_map(|sequences| Message::Abort(Abort { sequences })),
        tokens(),
        state,
        fault
    ]
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(generation: u32, step: u64, message in message()) {
        let frame = encode(generation, step, &message);
        let (header, read) = decode(&frame).unwrap();
        prop_assert_eq!((header.generation, header.step), (generation, step));
        prop_assert_eq!(header.length, frame.len() - HEADER_BYTES);
        prop_assert_eq!(read, message);
    }

    #[test]
    fn a_frame_cut_anywhere_is_refused(message in message(), cut in any::<prop::sample::Index>()) {
        let frame = encode(1, 1, &message);
        prop_assert!(decode(&frame[..cut.index(frame.len())]).is_err());
    }

    #[test]
    fn a_frame_with_a_flipped_byte_never_panics(message in message(), at in any::<prop::sample::Index>(), to: u8) {
        let mut frame = encode(1, 1, &message);
        let at = at.index(frame.len());
        frame[at] = to;
        let _ = decode(&frame);
    }

    #[test]
    fn random_bytes_behind_a_true_header_never_panic(kind in 1u16..=6, body: Vec<u8>) {
        let mut frame = encode(1, 1, &Message::Abort(Abort::default()));
        frame.truncate(HEADER_BYTES);
        frame[2..4].copy_from_slice(&kind.to_le_bytes());
        frame[16..20].copy_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        frame.extend(body);
        let _ = decode(&frame);
    }
}

#[test]
fn a_frame_of_another_version_is_refused_by_name() {
    let mut frame = encode(1, 1, &Message::Abort(Abort::default()));
    frame[0] = 9;
    assert_eq!(decode(&frame), Err(FrameError::Version(9)));
}

#[test]
fn bytes_behind_the_last_column_are_refused() {
    let mut frame = encode(1, 1, &Message::Abort(Abort::default()));
    frame.push(0);
    frame[16] += 1;
    assert_eq!(decode(&frame), Err(FrameError::Trailing(1)));
}

#[test]
fn a_count_larger_than_the_frame_allocates_nothing() {
    let mut frame = encode(1, 1, &Message::Abort(Abort::default()));
    frame[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(decode(&frame), Err(FrameError::Short { .. })));
}
