"""Responses and conversations that outlive their request, in SQLite or PostgreSQL."""

from __future__ import annotations

from smgd.settings import Settings
from smgd.state import State
from smgd.store.records import Conversation, History, Page, Paging, StoredResponse
from smgd.store.store import SECONDS_PER_DAY, Limits, Store
from smgd.store.writer import StoreFailed

__all__ = [
    "Conversation",
    "History",
    "Limits",
    "Page",
    "Paging",
    "Store",
    "StoreFailed",
    "StoredResponse",
    "open_store",
]


def open_store(settings: Settings, state: State) -> Store:
    """The store that the settings ask for, ready to be used. raises CouldNotStart"""
    limits = Limits(
        settings.store_max_responses, round(settings.store_max_age_days * SECONDS_PER_DAY)
    )
    if settings.store_url is None:
        from smgd.store.sqlite import Sqlite  # noqa: PLC0415 - only one of the two is needed

        return Store(Sqlite(state.folder), limits)
    from smgd.store.postgres import Postgres  # noqa: PLC0415 - likewise, and it is an extra

    return Store(Postgres(settings.store_url), limits)
