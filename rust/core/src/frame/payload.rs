//! Each message as columns. A writer and its reader stand side by side: they name the same things in order.

use super::columns::{Reader, len_u32, put_column, put_len, put_list};
use super::message::{
    Abort, Fault, Message, Ready, Row, RowTokens, Sampling, StepEnd, StepState, Submit, Tokens,
};
use super::{FrameError, Kind, columns::Number};

/// Appends a message's columns.
pub(super) fn write(bytes: &mut Vec<u8>, message: &Message) {
    match message {
        Message::Ready(ready) => write_ready(bytes, ready),
        Message::Submit(submit) => write_submit(bytes, submit),
        Message::Abort(abort) => put_list(bytes, &abort.sequences),
        Message::Tokens(tokens) => write_tokens(bytes, tokens),
        Message::State(state) => write_state(bytes, state),
        Message::Error(fault) => {
            fault.request.put(bytes);
            put_list(bytes, fault.message.as_bytes());
        }
    }
}

/// Reads the columns of one message, all of them.
pub(super) fn read(kind: Kind, payload: &[u8]) -> Result<Message, FrameError> {
    let mut reader = Reader::new(payload);
    let from = &mut reader;
    let message = match kind {
        Kind::Ready => Message::Ready(read_ready(from)?),
        Kind::Submit => Message::Submit(read_submit(from)?),
        Kind::Abort => Message::Abort(Abort { sequences: from.list()? }),
        Kind::Tokens => Message::Tokens(read_tokens(from)?),
        Kind::State => Message::State(read_state(from)?),
        Kind::Error => Message::Error(Fault { request: from.number()?, message: from.string()? }),
    };
    reader.end()?;
    Ok(message)
}

fn write_ready(bytes: &mut Vec<u8>, ready: &Ready) {
    put_column(bytes, [ready.num_parameters, ready.weight_bytes]);
    put_column(bytes, [ready.num_pages, ready.page_size, ready.max_model_len]);
    put_column(bytes, [ready.max_num_seqs, ready.max_num_batched_tokens, ready.load_ms]);
    put_list(bytes, ready.device.as_bytes());
    put_list(bytes, ready.dtype.as_bytes());
}

fn read_ready(from: &mut Reader) -> Result<Ready, FrameError> {
    Ok(Ready {
        num_parameters: from.number()?,
        weight_bytes: from.number()?,
        num_pages: from.number()?,
        page_size: from.number()?,
        max_model_len: from.number()?,
        max_num_seqs: from.number()?,
        max_num_batched_tokens: from.number()?,
        load_ms: from.number()?,
        device: from.string()?,
        dtype: from.string()?,
    })
}

fn write_submit(bytes: &mut Vec<u8>, submit: &Submit) {
    submit.request.put(bytes);
    put_list(bytes, &submit.prompt_ids);
    let rows = &submit.rows;
    put_len(bytes, rows.len());
    put_column(bytes, rows.iter().map(|row| row.sequence));
    put_column(bytes, rows.iter().map(|row| row.choice));
    for row in rows {
        put_list(bytes, &row.emitted_ids);
    }
    write_sampling(bytes, &submit.sampling);
    put_list(bytes, submit.constraint.as_bytes());
    put_list(bytes, submit.adapter.as_bytes());
    put_list(bytes, &submit.cache_salt);
    put_len(bytes, submit.attachments.len());
    submit.attachments.iter().for_each(|attachment| put_list(bytes, attachment));
}

fn read_submit(from: &mut Reader) -> Result<Submit, FrameError> {
    Ok(Submit {
        request: from.number()?,
        prompt_ids: from.list()?,
        rows: read_rows(from)?,
        sampling: read_sampling(from)?,
        constraint: from.string()?,
        adapter: from.string()?,
        cache_salt: from.list()?,
        attachments: (0..from.len()?).map(|_| from.list()).collect::<Result<_, _>>()?,
    })
}

fn read_rows(from: &mut Reader) -> Result<Vec<Row>, FrameError> {
    let count = from.len()?;
    let sequences: Vec<u64> = from.column(count)?;
    let choices: Vec<u32> = from.column(count)?;
    sequences
        .into_iter()
        .zip(choices)
        .map(|(sequence, choice)| Ok(Row { sequence, choice, emitted_ids: from.list()? }))
        .collect()
}

fn write_sampling(bytes: &mut Vec<u8>, sampling: &Sampling) {
    put_column(bytes, [sampling.temperature, sampling.top_p, sampling.min_p]);
    put_column(bytes, [sampling.presence_penalty, sampling.frequency_penalty, sampling.repetition_penalty]);
    put_column(bytes, [sampling.top_k, sampling.max_tokens, sampling.min_tokens]);
    sampling.seed.put(bytes);
    sampling.logprobs.put(bytes);
    u8::from(sampling.ignore_eos).put(bytes);
    put_list(bytes, &sampling.stop_ids);
}

fn read_sampling(from: &mut Reader) -> Result<Sampling, FrameError> {
    Ok(Sampling {
        temperature: from.number()?,
        top_p: from.number()?,
        min_p: from.number()?,
        presence_penalty: from.number()?,
        frequency_penalty: from.number()?,
        repetition_penalty: from.number()?,
        top_k: from.number()?,
        max_tokens: from.number()?,
        min_tokens: from.number()?,
        seed: from.number()?,
        logprobs: from.number()?,
        ignore_eos: from.flag("ignore_eos")?,
        stop_ids: from.list()?,
    })
}

fn write_tokens(bytes: &mut Vec<u8>, tokens: &Tokens) {
    let rows = &tokens.rows;
    put_len(bytes, rows.len());
    put_column(bytes, rows.iter().map(|row| row.sequence));
    put_column(bytes, rows.iter().map(|row| len_u32(row.ids.len())));
    put_column(bytes, rows.iter().map(|row| row.end as u8));
    put_column(bytes, rows.iter().flat_map(|row| row.ids.iter().copied()));
    put_column(bytes, rows.iter().map(|row| len_u32(row.logprobs.len())));
    for list in rows.iter().flat_map(|row| &row.logprobs) {
        put_len(bytes, list.len());
        put_column(bytes, list.iter().map(|&(id, _)| id));
        put_column(bytes, list.iter().map(|&(_, logprob)| logprob));
    }
}

fn read_tokens(from: &mut Reader) -> Result<Tokens, FrameError> {
    let count = from.len()?;
    let sequences: Vec<u64> = from.column(count)?;
    let counts: Vec<u32> = from.column(count)?;
    let ends: Vec<u8> = from.column(count)?;
    let mut rows = Vec::with_capacity(count);
    for ((sequence, count), end) in sequences.into_iter().zip(counts).zip(ends) {
        let ids = from.column(count as usize)?;
        rows.push(RowTokens { sequence, ids, end: StepEnd::try_from(end)?, logprobs: Vec::new() });
    }
    let counts: Vec<u32> = from.column(count)?;
    for (row, count) in rows.iter_mut().zip(counts) {
        row.logprobs = (0..count).map(|_| read_logprobs(from)).collect::<Result<_, _>>()?;
    }
    Ok(Tokens { rows })
}

fn read_logprobs(from: &mut Reader) -> Result<Vec<(u32, f32)>, FrameError> {
    let count = from.len()?;
    let ids = from.column(count)?;
    Ok(ids.into_iter().zip(from.column(count)?).collect())
}

fn write_state(bytes: &mut Vec<u8>, state: &StepState) {
    put_column(bytes, [state.num_running, state.num_waiting, state.pages_used, state.num_pages]);
    put_column(bytes, [state.prompt_tokens, state.generated_tokens, state.num_preemptions]);
}

fn read_state(from: &mut Reader) -> Result<StepState, FrameError> {
    Ok(StepState {
        num_running: from.number()?,
        num_waiting: from.number()?,
        pages_used: from.number()?,
        num_pages: from.number()?,
        prompt_tokens: from.number()?,
        generated_tokens: from.number()?,
        num_preemptions: from.number()?,
    })
}
