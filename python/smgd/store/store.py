"""The store as the server sees it: every method is one transaction, off the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import orjson

from smgd.store import schema
from smgd.store.clock import Clock
from smgd.store.conversations import Conversations
from smgd.store.database import Database, Need
from smgd.store.records import Conversation, History, Page, Paging, StoredResponse
from smgd.store.responses import Responses
from smgd.store.writer import Writer

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Limits:
    """How much is stored, and for how long."""

    max_responses: int
    """Of conversations as many are kept."""
    max_age_s: int
    """Of a response since it was made, of a conversation since it was used."""


class Asking(Protocol):
    """What of a request concerns the store; `_core.Asked` is one."""

    @property
    def previous_response_id(self) -> str | None:
        """The response it goes on from."""

    @property
    def conversation(self) -> str | None:
        """The conversation it is a turn of."""

    @property
    def references(self) -> Sequence[str]:
        """The ids of the items it names."""


class Store:
    """Responses and conversations.

    What is not there raises the core's Error; what the database cannot, StoreFailed. A method that
    returns after a change has it on disk; one whose caller is cancelled does it all the same.
    """

    def __init__(self, database: Database, limits: Limits, clock: Clock | None = None) -> None:
        """raises CouldNotStart"""
        clock = clock or Clock(limits.max_age_s)
        self._limits = limits
        self._where = database.where
        self._conversations = Conversations(database, clock)
        self._responses = Responses(database, clock, self._conversations)
        database.open()
        schema.ensure(database, self._bound)
        self._writer = Writer(database)

    def __str__(self) -> str:
        days = self._limits.max_age_s / SECONDS_PER_DAY
        return f"up to {self._limits.max_responses:,} for {days:g} days in {self._where}"

    def _bound(self) -> None:
        self._responses.bound(self._limits.max_responses)
        self._conversations.bound(self._limits.max_responses)

    async def close(self) -> None:
        """Finish what was asked, then let go of the database."""
        await self._writer.close()

    # Responses.

    async def put(self, response: StoredResponse) -> None:
        """Keep a response, in place of what was there under its id.

        The items of a whole turn are added to its conversation in the same transaction.
        """

        def work() -> None:
            self._responses.put(response)
            self._bound()

        await self._writer.run(Need.DURABLE, work)

    async def get(self, id: str) -> StoredResponse | None:
        """A response, which is thereby used."""
        return await self._writer.run(Need.TOUCH, partial(self._responses.get, id))

    async def delete(self, id: str) -> bool:
        """Whether there was one to delete."""
        return await self._writer.run(Need.DURABLE, partial(self._responses.delete, id))

    async def input_items(self, id: str, paging: Paging) -> Page:
        """A part of a response's own input."""
        return await self._writer.run(Need.READ, partial(self._responses.input_items, id, paging))

    async def history(self, asked: Asking) -> History:
        """What a request goes on from."""
        nothing = asked.previous_response_id is None and asked.conversation is None
        if nothing and not asked.references:
            return History()
        return await self._writer.run(Need.TOUCH, partial(self._history, asked))

    def _history(self, asked: Asking) -> History:
        items = []
        if asked.previous_response_id is not None:
            items = self._responses.chain(asked.previous_response_id)
        elif asked.conversation is not None:
            items = self._conversations.items(asked.conversation)
        referenced = {}
        for id in asked.references:
            item = self._responses.item(id) or self._conversations.item_anywhere(id)
            if item is not None:
                referenced[id] = item
        return History(orjson.dumps(items), orjson.dumps(referenced))

    # Conversations.

    async def create_conversation(self, conversation: Conversation, items: bytes) -> None:
        """Begin a conversation with items, a JSON array."""

        def work() -> None:
            self._conversations.create(conversation, orjson.loads(items))
            self._bound()

        await self._writer.run(Need.DURABLE, work)

    async def conversation(self, id: str) -> Conversation:
        """A conversation, which is thereby used."""
        return await self._writer.run(Need.TOUCH, partial(self._conversations.get, id))

    async def update_conversation(self, id: str, metadata: bytes) -> Conversation:
        """Give a conversation other metadata, a JSON object."""
        work = partial(self._conversations.update, id, metadata)
        return await self._writer.run(Need.DURABLE, work)

    async def delete_conversation(self, id: str) -> None:
        """Forget a conversation and its items."""
        await self._writer.run(Need.DURABLE, partial(self._conversations.delete, id))

    async def add_items(self, id: str, items: bytes) -> Page:
        """Add items, a JSON array, at the end. returns them"""
        added = orjson.loads(items)
        await self._writer.run(Need.DURABLE, partial(self._conversations.append, id, added))
        return Page([orjson.dumps(item) for item in added], [item["id"] for item in added])

    async def items(self, id: str, paging: Paging) -> Page:
        """A part of a conversation."""
        return await self._writer.run(Need.TOUCH, partial(self._conversations.page, id, paging))

    async def item(self, id: str, item_id: str) -> bytes:
        """One item's JSON."""
        return await self._writer.run(Need.TOUCH, partial(self._conversations.item, id, item_id))

    async def delete_item(self, id: str, item_id: str) -> Conversation:
        """Forget one item. returns its conversation"""
        work = partial(self._conversations.delete_item, id, item_id)
        return await self._writer.run(Need.DURABLE, work)
