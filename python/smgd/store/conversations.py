"""Conversations in the database. Every method is work inside a transaction somebody else began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from smgd._core import Error
from smgd.store.clock import Clock
from smgd.store.database import Database, Row
from smgd.store.records import Conversation, Page, Paging, key

CREATE = """
INSERT INTO smgd_conversations (id, created_at, used, metadata)
VALUES (:id, :created_at, :used, :metadata)
"""
GET = """
SELECT id, created_at, metadata FROM smgd_conversations WHERE id = :id AND used >= :oldest
"""
TOUCH = "UPDATE smgd_conversations SET used = :used WHERE id = :id"
UPDATE = "UPDATE smgd_conversations SET metadata = :metadata WHERE id = :id"
DELETE = "DELETE FROM smgd_conversations WHERE id = :id"
DROP = """
DELETE FROM smgd_conversations WHERE used < :oldest OR id IN (
    SELECT id FROM smgd_conversations ORDER BY used DESC LIMIT 1000000000 OFFSET :most
)
"""
# An item that is there already stays as and where it is: clients send again what they were told.
APPEND = """
INSERT INTO smgd_conversation_items (conversation_id, place, id, item)
VALUES (:conversation_id, :place, :id, :item)
ON CONFLICT (conversation_id, id) DO NOTHING
"""
NEXT_PLACE = """
SELECT coalesce(max(place), -1) + 1 FROM smgd_conversation_items
WHERE conversation_id = :conversation_id
"""
ITEM = """
SELECT place, item FROM smgd_conversation_items
WHERE conversation_id = :conversation_id AND id = :id
"""
ITEM_ANYWHERE = "SELECT item FROM smgd_conversation_items WHERE id = :id LIMIT 1"
DELETE_ITEM = """
DELETE FROM smgd_conversation_items WHERE conversation_id = :conversation_id AND place = :place
"""
OLDEST_FIRST = """
SELECT item FROM smgd_conversation_items
WHERE conversation_id = :conversation_id AND place > :after AND place < :before
ORDER BY place LIMIT :limit
"""
NEWEST_FIRST = OLDEST_FIRST.replace("ORDER BY place", "ORDER BY place DESC")
BEFORE_ALL, AFTER_ALL, ALL = -1, 2**62, 2**62


class Conversations:
    """The tables of conversations and of their items."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, conversation: Conversation, items: Sequence[Any]) -> None:
        """Begin a conversation."""
        self._database.execute(
            CREATE,
            {
                "id": conversation.id,
                "created_at": conversation.created_at,
                "used": self._clock.stamp(),
                "metadata": conversation.metadata,
            },
        )
        self.append(conversation.id, items)

    def bound(self, most: int) -> None:
        """Drop what was not used for too long, and the least recently used of what is too much."""
        self._database.execute(DROP, {"most": most, "oldest": self._clock.oldest_ns})

    def find(self, id: str) -> Conversation | None:
        """A conversation."""
        values = {"id": key(id), "oldest": self._clock.oldest_ns}
        rows = self._database.execute(GET, values)
        return Conversation(*rows[0]) if rows else None

    def get(self, id: str) -> Conversation:
        """A conversation, which is thereby used. raises Error"""
        found = self.find(id)
        if found is None:
            raise Error.conversation_not_found(id)
        self._database.execute(TOUCH, {"id": found.id, "used": self._clock.stamp()})
        return found

    def update(self, id: str, metadata: bytes) -> Conversation:
        """Give a conversation other metadata. raises Error"""
        found = self.get(id)
        self._database.execute(UPDATE, {"id": found.id, "metadata": metadata})
        return self.get(id)

    def delete(self, id: str) -> None:
        """Forget a conversation and its items. raises Error"""
        self._database.execute(DELETE, {"id": self.get(id).id})

    def append(self, id: str, items: Sequence[Any]) -> int:
        """Add items at the end. returns the first one's place; raises Error"""
        self.get(id)
        named = {"conversation_id": id}
        place: int = self._database.execute(NEXT_PLACE, named)[0][0]
        self._database.execute_many(
            APPEND,
            [
                named | {"place": at, "id": key(item["id"]), "item": orjson.dumps(item)}
                for at, item in enumerate(items, place)
            ],
        )
        return place

    def items(self, id: str, before: int | None = None) -> list[Any]:
        """All items, or those before a place, oldest first. raises Error"""
        self.get(id)
        values = {"after": BEFORE_ALL, "before": AFTER_ALL if before is None else before}
        rows = self._database.execute(OLDEST_FIRST, {"conversation_id": id, "limit": ALL} | values)
        return [orjson.loads(item) for (item,) in rows]

    def page(self, id: str, paging: Paging) -> Page:
        """A part of the items. raises Error"""
        self.get(id)
        values = {"after": BEFORE_ALL, "before": AFTER_ALL}
        if paging.after is not None:
            values["before" if paging.newest_first else "after"] = self._item(id, paging.after)[0]
        rows = self._database.execute(
            NEWEST_FIRST if paging.newest_first else OLDEST_FIRST,
            {"conversation_id": id, "limit": paging.limit + 1} | values,
        )
        items = [item for (item,) in rows[: paging.limit]]
        ids = [orjson.loads(item)["id"] for item in items]
        return Page(items, ids, has_more=len(rows) > paging.limit)

    def item(self, id: str, item_id: str) -> bytes:
        """One item's JSON. raises Error"""
        self.get(id)
        item: bytes = self._item(id, item_id)[1]
        return item

    def delete_item(self, id: str, item_id: str) -> Conversation:
        """Forget one item. returns its conversation; raises Error"""
        found = self.get(id)
        place = self._item(id, item_id)[0]
        self._database.execute(DELETE_ITEM, {"conversation_id": id, "place": place})
        return found

    def item_anywhere(self, item_id: str) -> Any | None:  # noqa: ANN401 - JSON
        """The item of that id, of whatever conversation."""
        rows = self._database.execute(ITEM_ANYWHERE, {"id": key(item_id)})
        return orjson.loads(rows[0][0]) if rows else None

    def _item(self, id: str, item_id: str) -> Row:
        rows = self._database.execute(ITEM, {"conversation_id": id, "id": key(item_id)})
        if not rows:
            raise Error.item_not_found(item_id)
        return rows[0]
