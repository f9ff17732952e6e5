"""The bounded store against a model of it: a dictionary in the order of last use."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored import Asked, done, ids, response

from smgd._core import Error
from smgd.store import Limits, Store
from smgd.store.sqlite import Sqlite

NAMES = st.sampled_from("abcde")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.none() | NAMES),
        st.tuples(st.just("put"), NAMES, NAMES),
        st.tuples(st.just("get"), NAMES, st.none()),
        st.tuples(st.just("history"), NAMES, st.none()),
        st.tuples(st.just("reference"), NAMES, st.none()),
        st.tuples(st.just("delete"), NAMES, st.none()),
    ),
    min_size=20,
    max_size=60,
)


class Model:
    """Names and what they go on from, the least recently used first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.stored: OrderedDict[str, str | None] = OrderedDict()

    def chain(self, name: str) -> list[str] | None:
        chain: list[str] = []
        at: str | None = name
        while at is not None:
            if at not in self.stored:
                return None
            chain.insert(0, at)
            at = self.stored[at]
        return chain

    def use(self, *names: str) -> None:
        for name in names:
            self.stored.move_to_end(name)

    def put(self, name: str, previous: str | None) -> None:
        self.stored[name] = previous
        self.use(name)
        while len(self.stored) > self.most:
            self.stored.popitem(last=False)


def take(model: Model, store: Store, act: str, name: str, previous: str | None) -> None:
    """One step of both, which must come to the same."""
    match act:
        case "put":
            # A response is made once, and goes on from what was there before it.
            if name not in model.stored and (previous is None or model.chain(previous)):
                done(store.put(response(name, previous)))
                model.put(name, previous)
        case "get":
            assert (done(store.get(name)) is not None) == (name in model.stored)
            if name in model.stored:
                model.use(name)
        case "reference":
            told = done(store.history(Asked(references=(f"msg_{name}_out",)))).referenced
            assert (told != b"{}") == (name in model.stored)
            if name in model.stored:
                model.use(name)
        case "delete":
            assert done(store.delete(name)) == (name in model.stored)
            model.stored.pop(name, None)
        case "history":
            chain = model.chain(name)
            asked = Asked(previous_response_id=name)
            if chain is None:
                with pytest.raises(Error, match="was not found"):
                    done(store.history(asked))
                return
            expected = [f"msg_{link}_{side}" for link in chain for side in ("in", "out")]
            assert ids(done(store.history(asked))) == expected
            model.use(*chain)


@given(STEPS, st.integers(2, 5))
def test_the_store_holds_what_the_model_holds_after_any_steps(steps, most):
    model, store = Model(most), Store(Sqlite(None), Limits(most, 86_400))
    try:
        for act, name, previous in steps:
            take(model, store, act, name, previous)
            rows = store._writer._database.execute("SELECT id FROM smgd_responses ORDER BY used")
            assert [id for (id,) in rows] == list(model.stored)
    finally:
        done(store.close())
