"""Stored responses: what is kept, what a chain is, and what goes when there is too much."""

import dataclasses
import time

import orjson
import pytest
from stored import Asked, done, ids, item, response

from smgd._core import Error
from smgd.store import Limits, Paging
from smgd.store.clock import NS_PER_S, Clock


def refused(work) -> Error:
    with pytest.raises(Error) as caught:
        done(work)
    return caught.value


def test_what_was_put_is_got_back(store):
    put = response("resp_1", previous="resp_0", events=b"data: {}\n\n", conversation="conv_1")
    done(store.put(put))
    assert done(store.get("resp_1")) == put


def test_what_was_put_is_there_for_the_next_daemon(open_store):
    first = open_store()
    done(first.put(response("resp_1")))
    done(first.close())
    assert done(open_store().get("resp_1")) is not None


@pytest.mark.parametrize("id", ["resp_2", "", "\0", "ü" * 300, "' OR 1=1 --", "%s :id"])
def test_what_was_never_put_is_not_there(store, id):
    done(store.put(response("resp_1")))
    assert done(store.get(id)) is None
    assert done(store.delete(id)) is False
    assert refused(store.history(Asked(previous_response_id=id))).status == 404
    assert refused(store.input_items(id, Paging())).code == "response_not_found"
    assert orjson.loads(done(store.history(Asked(references=(id,)))).referenced) == {}


def test_any_text_may_be_an_items_id(store):
    for id in ("\0", "ü" * 300, "', ''"):
        done(store.put(response("resp_1", output=[item(id)])))
        found = orjson.loads(done(store.history(Asked(references=(id,)))).referenced)
        assert found == {id: item(id)}


def test_a_put_takes_the_place_of_what_was_there(store):
    done(store.put(response("resp_1", status="queued", output=[], unfinished=True)))
    final = response("resp_1", events=b"all of them")
    done(store.put(final))
    assert done(store.get("resp_1")) == final


def test_a_deleted_response_is_gone_with_its_items(store):
    done(store.put(response("resp_1")))
    assert done(store.delete("resp_1")) is True
    assert done(store.get("resp_1")) is None
    assert done(store.history(Asked(references=("msg_resp_1_out",)))).referenced == b"{}"


def test_nothing_asked_is_an_empty_history(store):
    told = done(store.history(Asked()))
    assert (told.items, told.referenced) == (b"[]", b"{}")


def test_a_history_is_every_turns_input_and_output_oldest_first(store):
    previous = None
    for number in range(50):
        done(store.put(response(f"resp_{number}", previous)))
        previous = f"resp_{number}"
    told = done(store.history(Asked(previous_response_id="resp_49")))
    expected = [f"msg_resp_{n}_{side}" for n in range(50) for side in ("in", "out")]
    assert ids(told) == expected


def test_a_chain_may_branch(store):
    done(store.put(response("root")))
    done(store.put(response("left", "root")))
    done(store.put(response("right", "root")))
    root = ["msg_root_in", "msg_root_out"]
    for branch in ("left", "right"):
        told = done(store.history(Asked(previous_response_id=branch)))
        assert ids(told) == [*root, f"msg_{branch}_in", f"msg_{branch}_out"]


def test_a_chain_with_a_link_missing_is_not_found(store):
    for id, previous in (("a", None), ("b", "a"), ("c", "b")):
        done(store.put(response(id, previous)))
    done(store.delete("b"))
    error = refused(store.history(Asked(previous_response_id="c")))
    assert (error.status, error.code) == (404, "previous_response_not_found")
    assert error.param == "previous_response_id"
    assert ids(done(store.history(Asked(previous_response_id="a")))) == ["msg_a_in", "msg_a_out"]


def test_nobody_goes_on_from_a_response_that_is_still_being_made(store):
    done(store.put(response("resp_1", status="in_progress", output=[], unfinished=True)))
    error = refused(store.history(Asked(previous_response_id="resp_1")))
    assert (error.status, error.param) == (400, "previous_response_id")


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled"])
def test_what_ended_badly_can_be_gone_on_from(store, status):
    done(store.put(response("resp_1", status=status)))
    assert len(ids(done(store.history(Asked(previous_response_id="resp_1"))))) == 2


def test_items_are_found_by_their_ids_in_input_and_output(store):
    done(store.put(response("resp_1")))
    wanted = ("msg_resp_1_in", "msg_resp_1_out", "msg_unheard_of")
    found = orjson.loads(done(store.history(Asked(references=wanted))).referenced)
    assert found == {id: item(id) for id in wanted[:2]}


def test_of_items_sent_again_the_first_ones_maker_counts(store):
    now = int(time.time())
    done(store.put(response("resp_1", output=[item("rs_1") | {"by": "us"}], created_at=now - 1)))
    again = orjson.dumps([item("rs_1") | {"by": "the client"}])
    done(store.put(response("resp_2", input_items=again, created_at=now)))
    found = orjson.loads(done(store.history(Asked(references=("rs_1",)))).referenced)
    assert found["rs_1"]["by"] == "us"


def test_input_items_come_in_pages_newest_first_unless_asked_otherwise(store):
    put = response("resp_1", input_items=orjson.dumps([item(f"msg_{n}") for n in range(25)]))
    done(store.put(put))
    page = done(store.input_items("resp_1", Paging()))
    assert (page.ids, page.has_more) == ([f"msg_{n}" for n in range(24, 4, -1)], True)
    page = done(store.input_items("resp_1", Paging(after=page.ids[-1])))
    assert (page.ids, page.has_more) == ([f"msg_{n}" for n in range(4, -1, -1)], False)
    page = done(store.input_items("resp_1", Paging(limit=2, newest_first=False, after="msg_3")))
    assert (ids(page), page.has_more) == (["msg_4", "msg_5"], True)


def test_a_page_after_an_unknown_item_is_refused(store):
    done(store.put(response("resp_1")))
    assert refused(store.input_items("resp_1", Paging(after="msg_9"))).code == "item_not_found"


# What goes when there is too much.


def there(store, *names: str) -> set[str]:
    """Which of these are stored; nothing counts as used by this."""
    rows = store._writer._database.execute("SELECT id FROM smgd_responses")
    return {id for (id,) in rows} & set(names)


def test_the_least_recently_used_goes_first(open_store):
    store = open_store(Limits(3, 86_400))
    for id in "abc":
        done(store.put(response(id)))
    done(store.get("a"))
    done(store.put(response("d")))
    assert there(store, *"abcd") == {"a", "c", "d"}


def test_going_on_from_a_response_uses_its_whole_chain(open_store):
    store = open_store(Limits(4, 86_400))
    done(store.put(response("a")))
    done(store.put(response("b", "a")))
    done(store.put(response("x")))
    done(store.put(response("y")))
    done(store.history(Asked(previous_response_id="b")))
    done(store.put(response("c", "b")))
    done(store.put(response("z")))
    assert there(store, *"abcxyz") == {"a", "b", "c", "z"}


def test_a_referenced_items_response_is_used(open_store):
    store = open_store(Limits(2, 86_400))
    done(store.put(response("a")))
    done(store.put(response("b")))
    done(store.history(Asked(references=("msg_a_out",))))
    done(store.put(response("c")))
    assert there(store, *"abc") == {"a", "c"}


def test_what_is_still_being_made_is_not_dropped(open_store):
    store = open_store(Limits(1, 86_400))
    done(store.put(response("a", unfinished=True, status="queued", output=[])))
    done(store.put(response("b")))
    done(store.put(response("c")))
    assert there(store, *"abc") == {"a", "c"}


def test_what_is_too_old_is_not_there_and_goes_with_the_next_put_or_start(open_store):
    now = 1_000_000_000
    clock = Clock(100, lambda: now * NS_PER_S)
    store = open_store(Limits(10, 100), clock)
    done(store.put(response("a", created_at=now)))
    done(store.put(response("b", "a", created_at=now + 50)))
    now += 101
    assert done(store.get("a")) is None
    assert refused(store.history(Asked(previous_response_id="b"))).status == 404
    assert there(store, "a") == {"a"}
    done(store.put(response("c", created_at=now)))
    assert there(store, *"abc") == {"b", "c"}
    now += 101
    assert there(open_store(Limits(10, 100), clock), *"abc") == set()


# Of what a process that is gone was making.


def test_an_unfinished_response_is_abandoned_once_its_maker_is_gone(open_store):
    maker, other = open_store(), open_store()
    done(maker.put(response("resp_1", status="in_progress", output=[], unfinished=True)))
    for store in (maker, other):
        found = done(store.get("resp_1"))
        assert (found.unfinished, found.abandoned) == (True, False)
    done(maker.close())
    found = done(other.get("resp_1"))
    assert (found.unfinished, found.abandoned) == (True, True)
    done(other.put(dataclasses.replace(found, unfinished=False, abandoned=False)))
    found = done(open_store().get("resp_1"))
    assert (found.unfinished, found.abandoned) == (False, False)
