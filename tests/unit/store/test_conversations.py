"""Stored conversations: turns are added to them, and pages of them are told."""

import time

import orjson
import pytest
from stored import Asked, done, ids, item, response

from smgd._core import Error
from smgd.store import Conversation, Limits, Paging
from smgd.store.clock import NS_PER_S, Clock

CONVERSATION = Conversation("conv_1", int(time.time()), b'{"topic":"birds"}')
ALL = Paging(100, newest_first=False)


def refused(work) -> Error:
    with pytest.raises(Error) as caught:
        done(work)
    return caught.value


def items(*names: str) -> bytes:
    return orjson.dumps([item(name) for name in names])


@pytest.fixture
def begun(store):
    """A store with a conversation of two items."""
    done(store.create_conversation(CONVERSATION, items("a", "b")))
    return store


def test_a_conversation_is_as_it_was_made(begun):
    assert done(begun.conversation("conv_1")) == CONVERSATION
    assert ids(done(begun.items("conv_1", ALL))) == ["a", "b"]
    assert orjson.loads(done(begun.item("conv_1", "a"))) == item("a")


def test_other_metadata_takes_the_place_of_what_was_there(begun):
    told = done(begun.update_conversation("conv_1", b"{}"))
    assert told == done(begun.conversation("conv_1"))
    assert (told.metadata, told.created_at) == (b"{}", CONVERSATION.created_at)


def test_a_deleted_conversation_is_gone_with_its_items(begun):
    done(begun.delete_conversation("conv_1"))
    assert refused(begun.conversation("conv_1")).code == "conversation_not_found"
    assert done(begun.history(Asked(references=("a",)))).referenced == b"{}"


@pytest.mark.parametrize("id", ["conv_2", "", "\0", "ü" * 300])
def test_what_does_not_exist_is_not_found_by_any_method(begun, id):
    for work in (
        begun.conversation(id),
        begun.update_conversation(id, b"{}"),
        begun.delete_conversation(id),
        begun.add_items(id, items("c")),
        begun.items(id, ALL),
        begun.item(id, "a"),
        begun.delete_item(id, "a"),
        begun.history(Asked(conversation=id)),
    ):
        error = refused(work)
        assert (error.status, error.code) == (404, "conversation_not_found")
    for work in (
        begun.item("conv_1", id),
        begun.delete_item("conv_1", id),
        begun.items("conv_1", Paging(after=id)),
    ):
        assert refused(work).code == "item_not_found"


def test_items_are_added_at_the_end_and_told_as_they_were_added(begun):
    assert ids(done(begun.add_items("conv_1", items("c", "d")))) == ["c", "d"]
    assert ids(done(begun.items("conv_1", ALL))) == ["a", "b", "c", "d"]


def test_a_deleted_item_leaves_the_others_in_order(begun):
    assert done(begun.delete_item("conv_1", "a")) == CONVERSATION
    done(begun.add_items("conv_1", items("c")))
    assert ids(done(begun.items("conv_1", ALL))) == ["b", "c"]


def test_pages_go_through_a_conversation_without_gap_or_repeat(begun):
    done(begun.add_items("conv_1", items(*"cdefg")))
    for newest_first, order in ((False, "abcdefg"), (True, "gfedcba")):
        for limit in (1, 2, 3, 7, 100):
            seen, after, more = [], None, True
            while more:
                page = done(begun.items("conv_1", Paging(limit, newest_first, after)))
                seen, after, more = [*seen, *page.ids], page.ids[-1], page.has_more
            assert "".join(seen) == order


def test_a_turn_is_added_to_its_conversation_with_the_response(begun):
    done(begun.put(response("resp_1", conversation="conv_1")))
    told = ids(done(begun.history(Asked(conversation="conv_1"))))
    assert told == ["a", "b", "msg_resp_1_in", "msg_resp_1_out"]


def test_a_turn_put_twice_is_in_its_conversation_once(begun):
    for _ in range(2):
        done(begun.put(response("resp_1", conversation="conv_1")))
    assert len(ids(done(begun.items("conv_1", ALL)))) == 4


@pytest.mark.parametrize("status", ["queued", "in_progress", "failed", "cancelled"])
def test_a_turn_that_is_not_whole_is_not_added(begun, status):
    done(begun.put(response("resp_1", conversation="conv_1", status=status)))
    assert ids(done(begun.items("conv_1", ALL))) == ["a", "b"]


def test_a_turn_of_a_conversation_deleted_meanwhile_is_stored_without_it(begun):
    done(begun.delete_conversation("conv_1"))
    done(begun.put(response("resp_1", conversation="conv_1")))
    assert done(begun.get("resp_1")) is not None
    assert refused(begun.conversation("conv_1")).status == 404


def test_who_goes_on_from_a_turn_goes_on_from_the_conversation_as_it_was(begun):
    done(begun.put(response("resp_1", conversation="conv_1")))
    done(begun.put(response("resp_2", conversation="conv_1")))
    done(begun.put(response("resp_3", "resp_1")))
    turn = ["msg_resp_1_in", "msg_resp_1_out"]
    told = done(begun.history(Asked(previous_response_id="resp_3")))
    assert ids(told) == ["a", "b", *turn, "msg_resp_3_in", "msg_resp_3_out"]
    done(begun.delete_conversation("conv_1"))
    assert refused(begun.history(Asked(previous_response_id="resp_3"))).status == 404


def test_items_of_conversations_are_found_by_their_ids(begun):
    found = orjson.loads(done(begun.history(Asked(references=("b",)))).referenced)
    assert found == {"b": item("b")}


def test_as_many_conversations_are_kept_as_responses_and_as_long_since_their_last_use(open_store):
    now = 1_000_000_000
    store = open_store(Limits(2, 100), Clock(100, lambda: now * NS_PER_S))
    for id in ("x", "y"):
        done(store.create_conversation(Conversation(id, now, b"{}"), items("a")))
    now += 90
    done(store.conversation("x"))
    done(store.create_conversation(Conversation("z", now, b"{}"), b"[]"))
    assert refused(store.conversation("y")).status == 404
    now += 90
    done(store.add_items("x", items("b")))
    now += 20
    assert refused(store.conversation("z")).status == 404
    assert ids(done(store.items("x", ALL))) == ["a", "b"]
