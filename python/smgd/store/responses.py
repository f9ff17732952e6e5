"""Responses in the database. Every method is work inside a transaction that somebody else began."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from smgd._core import Error
from smgd.store.clock import Clock
from smgd.store.conversations import Conversations
from smgd.store.database import Database, Row
from smgd.store.records import Page, Paging, StoredResponse, key

# With these a turn is whole, and its items go into its conversation.
WHOLE = {"completed", "incomplete"}

PUT = """
INSERT INTO smgd_responses (id, created_at, used, owner, previous_id, conversation_id,
    conversation_place, record, input_items, events)
VALUES (:id, :created_at, :used, :owner, :previous_id, :conversation_id,
    :conversation_place, :record, :input_items, :events)
ON CONFLICT (id) DO UPDATE SET used = excluded.used, owner = excluded.owner,
    conversation_place = excluded.conversation_place, record = excluded.record,
    events = excluded.events
"""
PUT_ITEM = """
INSERT INTO smgd_response_items (response_id, id) VALUES (:response_id, :id)
ON CONFLICT (response_id, id) DO NOTHING
"""
GET = """
SELECT id, created_at, record, input_items, previous_id, conversation_id, events, owner
FROM smgd_responses WHERE id = :id AND created_at >= :oldest
"""
CHAIN = """
WITH RECURSIVE chain (id, previous_id, distance) AS (
    SELECT id, previous_id, 0 FROM smgd_responses WHERE id = :id AND created_at >= :oldest
    UNION ALL
    SELECT earlier.id, earlier.previous_id, distance + 1
    FROM smgd_responses AS earlier JOIN chain ON earlier.id = chain.previous_id
    WHERE earlier.created_at >= :oldest
)
SELECT stored.id, stored.previous_id, stored.conversation_id, stored.conversation_place,
    stored.owner, stored.input_items, stored.record
FROM chain JOIN smgd_responses AS stored ON stored.id = chain.id ORDER BY distance DESC
"""
# Several responses hold an item when clients send it again: the first one made it.
HOLDER = """
SELECT stored.id, stored.input_items, stored.record
FROM smgd_response_items AS item JOIN smgd_responses AS stored ON stored.id = item.response_id
WHERE item.id = :id AND stored.created_at >= :oldest ORDER BY stored.created_at LIMIT 1
"""
TOUCH = "UPDATE smgd_responses SET used = :used WHERE id = :id"
DELETE = "DELETE FROM smgd_responses WHERE id = :id"
DROP_OLD = "DELETE FROM smgd_responses WHERE created_at < :oldest"
# What is being made is not dropped, whoever makes it.
DROP_LEAST_USED = """
DELETE FROM smgd_responses WHERE id IN (
    SELECT id FROM smgd_responses WHERE owner IS NULL
    ORDER BY used DESC LIMIT 1000000000 OFFSET :max_responses
)
"""


class Link(NamedTuple):
    """One response of a chain."""

    id: str
    previous_id: str | None
    conversation_id: str | None
    place: int | None
    owner: int | None
    input_items: bytes
    record: bytes


class Responses:
    """The table of responses, and the chains they make."""

    def __init__(self, database: Database, clock: Clock, conversations: Conversations) -> None:
        self._database = database
        self._clock = clock
        self._conversations = conversations

    def put(self, response: StoredResponse) -> None:
        """Keep a response, in place of what was there under its id."""
        items = all_items(response.input_items, response.record)
        place = None
        conversation = response.conversation
        whole = orjson.loads(response.record)["status"] in WHOLE
        # One that was deleted meanwhile stays so.
        if whole and conversation is not None and self._conversations.find(conversation):
            place = self._conversations.append(conversation, items)
        self._database.execute(
            PUT,
            {
                "id": response.id,
                "created_at": response.created_at,
                "used": self._clock.stamp(),
                "owner": self._database.owner if response.unfinished else None,
                "previous_id": response.previous_response_id,
                "conversation_id": response.conversation,
                "conversation_place": place,
                "record": response.record,
                "input_items": response.input_items,
                "events": response.events,
            },
        )
        self._database.execute_many(
            PUT_ITEM, [{"response_id": response.id, "id": key(item["id"])} for item in items]
        )

    def bound(self, max_responses: int) -> None:
        """Drop what is too old, and the least recently used of what is too much."""
        self._database.execute(DROP_OLD, {"oldest": self._clock.oldest_s})
        self._database.execute(DROP_LEAST_USED, {"max_responses": max_responses})

    def get(self, id: str) -> StoredResponse | None:
        """A response, which is thereby used."""
        row = self._row(id)
        if row is None:
            return None
        self._touch(row[0])
        *stored, owner = row
        response = StoredResponse(*stored)
        if owner is None:
            return response
        return replace(response, unfinished=True, abandoned=not self._is_alive(owner))

    def delete(self, id: str) -> bool:
        """Whether there was one to delete."""
        there = self._row(id) is not None
        self._database.execute(DELETE, {"id": key(id)})
        return there

    def input_items(self, id: str, paging: Paging) -> Page:
        """A part of a response's own input. raises Error"""
        row = self._row(id)
        if row is None:
            raise Error.response_not_found(id)
        items = orjson.loads(row[3])
        if paging.newest_first:
            items.reverse()
        ids = [item["id"] for item in items]
        start = 0
        if paging.after is not None:
            if paging.after not in ids:
                raise Error.item_not_found(paging.after)
            start = ids.index(paging.after) + 1
        end = start + paging.limit
        page = [orjson.dumps(item) for item in items[start:end]]
        return Page(page, ids[start:end], has_more=end < len(items))

    def chain(self, id: str) -> list[Any]:
        """The items of a response and of all that it goes on from, oldest first. raises Error

        A chain with a link missing is not there at all: it would be another conversation.
        """
        values = {"id": key(id), "oldest": self._clock.oldest_s}
        links = [Link(*row) for row in self._database.execute(CHAIN, values)]
        items = self._before(links[0]) if links else None
        if items is None:
            raise Error.previous_response_not_found(id)
        if any(link.owner is not None and self._is_alive(link.owner) for link in links):
            raise Error.invalid_param("previous_response_id", "the id of a finished response", id)
        for link in links:
            items += all_items(link.input_items, link.record)
        # The oldest first, so that a chain that is dropped is dropped from its beginning.
        self._touch(*(link.id for link in links))
        return items

    def _before(self, first: Link) -> list[Any] | None:
        """What a chain's first link itself went on from; None if that is gone."""
        if first.previous_id is not None:
            return None
        if first.conversation_id is None:
            return []
        if self._conversations.find(first.conversation_id) is None:
            return None
        return self._conversations.items(first.conversation_id, first.place)

    def item(self, id: str) -> Any | None:  # noqa: ANN401 - JSON
        """The item of that id, whichever response it is of; that one is thereby used."""
        values = {"id": key(id), "oldest": self._clock.oldest_s}
        for response_id, input_items, record in self._database.execute(HOLDER, values):
            self._touch(response_id)
            items = all_items(input_items, record)
            return next((item for item in items if item["id"] == id), None)
        return None

    def _row(self, id: str) -> Row | None:
        rows = self._database.execute(GET, {"id": key(id), "oldest": self._clock.oldest_s})
        return rows[0] if rows else None

    def _touch(self, *ids: str) -> None:
        self._database.execute_many(TOUCH, [{"id": id, "used": self._clock.stamp()} for id in ids])

    def _is_alive(self, owner: int) -> bool:
        return owner == self._database.owner or not self._database.is_gone(owner)


def all_items(input_items: bytes, record: bytes) -> list[Any]:
    """A turn's items: what was asked, then what was answered."""
    return [*orjson.loads(input_items), *orjson.loads(record)["output"]]
