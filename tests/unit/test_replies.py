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


def ticket(id, request=1):
    return _core.Ticket(request=request, id=id, created=1, seed=7, max_model_len=4096)


def prepare(request=1, **fields):
    body = {"messages": [{"role": "user", "content": "Hello"}], **fields}
    return MODEL.prepare_chat(json.dumps(body).encode(), ticket("x", request))


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


def respond(**fields):
    asked = _core.Asked.parse(json.dumps({"model": "demo", "input": "Hello", **fields}).encode())
    return MODEL.prepare_responses(asked, b"[]", b"{}", ticket("resp_1"))


def ended(replies, **fields):
    """The chunk that ends a response which says Hi, and the bytes before it."""
    _, first = replies.open(respond(**fields), 1)
    [chunk] = advance(replies, 1 << 16, "Hi", STOP_ID).chunks
    return chunk, first


def test_a_stored_response_ends_when_its_record_is_kept(replies):
    chunk, first = ended(replies, stream=True)
    assert first.startswith(b'event: response.created\ndata: {"type":"response.created",')
    assert b"event: response.output_item.done\n" in chunk.data
    record = json.loads(chunk.record)
    assert (record["id"], record["status"], record["completed_at"]) == ("resp_1", "completed", 9)
    assert chunk.last.startswith(b"event: response.completed\n")
    assert chunk.last.endswith(b"data: [DONE]\n\n")
    assert chunk.unstored.startswith(b"event: error\n")
    whole = first + chunk.data + chunk.last
    assert _core.replay(chunk.record) == whole
    assert _core.replay(chunk.record, "openresponses") == whole


def test_a_response_that_is_not_stored_has_no_record(replies):
    chunk, first = ended(replies, store=False)
    assert (first, chunk.record, chunk.last, chunk.unstored) == (b"", b"", b"", b"")
    assert json.loads(chunk.data)["output"][0]["content"][0]["text"] == "Hi"


def test_a_response_in_the_background_is_asked_for_and_cancelled(replies):
    replies.open(respond(background=True), 1)
    assert json.loads(replies.object(1))["status"] == "queued"
    assert replies.heartbeat(1).startswith(b"event: response.queued\n")
    advance(replies, 1 << 16, "Hi")
    unfinished = replies.object(1)
    assert json.loads(unfinished)["status"] == "in_progress"
    step = replies.cancel(1)
    assert _core.decode_frame(step.abort) == [1 << 16]
    [chunk] = step.chunks
    assert (chunk.finished, chunk.error) == (True, None)
    assert json.loads(chunk.record)["status"] == "cancelled"
    assert (replies.object(1), replies.heartbeat(1), replies.cancel(1).chunks) == (b"", b"", [])
    failed = json.loads(_core.failed(unfinished, _core.Error.server_restarted("resp_1")))
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")


def test_what_is_no_record_or_no_name_for_reasoning_is_a_value_error():
    with pytest.raises(ValueError, match="no stored response"):
        _core.replay(b"{}")
    with pytest.raises(ValueError, match="summary, text or openresponses"):
        _core.replay(b"{}", "loud")
    with pytest.raises(ValueError, match="no stored response"):
        _core.failed(b"", _core.Error.draining())
