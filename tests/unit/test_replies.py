"""The live replies as Python sees them: what comes back has the types that the stub claims."""

import json
from pathlib import Path

import pytest

from smgd import _core

DEMO = Path(_core.__file__).parent / "demo" / "model"
MODEL = _core.Model.load(str(DEMO), served_names=["demo"])
RUNNING, STOP_ID = 0, 1


@pytest.fixture
def replies():
    return _core.Replies(MODEL)


def prepare(request=1, **fields):
    body = {"messages": [{"role": "user", "content": "Hello"}], **fields}
    return MODEL.prepare_chat(
        json.dumps(body).encode(), request=request, id="x", created=1, seed=7, max_model_len=4096
    )


def opened(replies, **fields):
    """Open a reply; gives its first sequence and the client's first bytes."""
    frame, first = replies.open(prepare(**fields), 1)
    submit = _core.decode_frame(frame)
    assert isinstance(submit, _core.Submit)
    return submit.rows[0][0], first


def advance(replies, sequence, text, end=RUNNING):
    ids = MODEL.encode(text) + ([MODEL.stop_ids[-1]] if end == STOP_ID else [])
    return replies.advance(_core.encode_tokens(1, 1, [sequence], [len(ids)], ids, [end]), 9)


def test_a_streamed_reply_comes_in_chunks_of_bytes(replies):
    sequence, first = opened(replies, stream=True)
    assert first.startswith(b'data: {"id":"x",')
    assert first.endswith(b"}\n\n")
    step = advance(replies, sequence, "Hi")
    assert isinstance(step, _core.Step)
    assert step.abort == b""
    assert replies.live == 1
    [chunk] = step.chunks
    assert isinstance(chunk, _core.Chunk)
    assert not chunk.finished
    assert chunk.error is None
    assert b'"delta":{"content":"Hi"}' in chunk.data
    assert (chunk.request, chunk.num_tokens, chunk.completion_tokens) == (1, 2, 2)
    [last] = advance(replies, sequence, "", STOP_ID).chunks
    assert last.finished
    assert last.data.endswith(b"data: [DONE]\n\n")
    assert (last.finish_reasons, replies.live) == (["stop"], 0)


def test_a_folded_reply_says_nothing_until_it_is_finished(replies):
    sequence, first = opened(replies)
    assert first == b""
    assert advance(replies, sequence, "Hi").chunks[0].data == b""
    [chunk] = advance(replies, sequence, " there", STOP_ID).chunks
    reply = json.loads(chunk.data)
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": "Hi there"}
    assert reply["usage"]["prompt_tokens"] == chunk.prompt_len
    assert reply["usage"]["completion_tokens"] == chunk.completion_tokens


def test_a_stop_string_comes_with_an_abort_frame(replies):
    sequence, _ = opened(replies, stop="there")
    step = advance(replies, sequence, "Hi there you")
    assert _core.decode_frame(step.abort) == [sequence]
    assert json.loads(step.chunks[0].data)["choices"][0]["stop_reason"] == "there"


def test_a_workers_refusal_and_our_own_end_a_reply_badly(replies):
    opened(replies, stream=True)
    [chunk] = replies.advance(_core.encode_error(1, 1, 1, "no room"), 9).chunks
    assert isinstance(chunk.error, _core.Error)
    assert chunk.error.code == "internal_error"
    assert chunk.finished
    assert chunk.data == b"data: " + chunk.error.body + b"\n\n"
    opened(replies, request=2, stream=True)
    error = _core.Error.worker_lost("req-2")
    step = replies.fail(2, error)
    assert isinstance(step, _core.Step)
    [chunk] = step.chunks
    assert (chunk.finished, chunk.error.code) == (True, "worker_lost")
    assert chunk.data == b"data: " + error.body + b"\n\n"
    assert _core.decode_frame(step.abort)
    assert (replies.fail(2, error).chunks, replies.live) == ([], 0)


def test_a_new_worker_gets_what_was_emitted_and_a_client_that_left_nothing(replies):
    sequence, _ = opened(replies)
    advance(replies, sequence, "Hi")
    [(request, frame)] = replies.resubmit(2)
    assert (request, _core.decode_frame(frame).rows) == (1, [(sequence, 0, MODEL.encode("Hi"))])
    assert _core.decode_frame(replies.abort(1, 2)) == [sequence]
    assert (replies.abort(1, 2), replies.resubmit(3)) == (b"", [])


def test_what_is_no_frame_is_a_value_error(replies):
    with pytest.raises(ValueError, match="bytes"):
        replies.advance(b"hello", 9)
