"""The tables, and the version of them that this smgd reads and writes."""

from __future__ import annotations

from collections.abc import Callable

from smgd.errors import CouldNotStart
from smgd.store.database import Database, Need

VERSION = 1

TABLES = """
CREATE TABLE IF NOT EXISTS smgd_schema (version INTEGER PRIMARY KEY);

CREATE TABLE IF NOT EXISTS smgd_responses (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    owner BIGINT,
    previous_id TEXT,
    conversation_id TEXT,
    conversation_place BIGINT,
    record {bytes} NOT NULL,
    input_items {bytes} NOT NULL,
    events {bytes} NOT NULL
);
CREATE INDEX IF NOT EXISTS smgd_responses_by_use ON smgd_responses (used);
CREATE INDEX IF NOT EXISTS smgd_responses_by_age ON smgd_responses (created_at);

CREATE TABLE IF NOT EXISTS smgd_response_items (
    response_id TEXT NOT NULL REFERENCES smgd_responses ON DELETE CASCADE,
    id TEXT NOT NULL,
    PRIMARY KEY (response_id, id)
);
CREATE INDEX IF NOT EXISTS smgd_response_items_by_id ON smgd_response_items (id);

CREATE TABLE IF NOT EXISTS smgd_conversations (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    metadata {bytes} NOT NULL
);
CREATE INDEX IF NOT EXISTS smgd_conversations_by_use ON smgd_conversations (used);

CREATE TABLE IF NOT EXISTS smgd_conversation_items (
    conversation_id TEXT NOT NULL REFERENCES smgd_conversations ON DELETE CASCADE,
    place BIGINT NOT NULL,
    id TEXT NOT NULL,
    item {bytes} NOT NULL,
    PRIMARY KEY (conversation_id, place),
    UNIQUE (conversation_id, id)
);
CREATE INDEX IF NOT EXISTS smgd_conversation_items_by_id ON smgd_conversation_items (id);
"""
"""
used                nanoseconds since 1970, increasing with every use
owner               the connection that makes an unfinished response
conversation_place  the place in the conversation before which the response's own items stand
"""


def ensure(database: Database, bound: Callable[[], None]) -> None:
    """Make the tables where there are none, and bound what is in them.

    raises CouldNotStart: they are another version's
    """
    try:
        database.begin(Need.DURABLE)
        for statement in filter(str.strip, TABLES.format(bytes=database.bytes_type).split(";")):
            database.execute(statement)
        found = database.execute("SELECT max(version) FROM smgd_schema")[0][0]
        if found is None:
            database.execute("INSERT INTO smgd_schema VALUES (:version)", {"version": VERSION})
        if found in {None, VERSION}:
            bound()
        database.commit()
    except database.failures as error:
        database.rollback()
        raise CouldNotStart(f"cannot use the store: {str(error).strip()}") from None
    if found not in {None, VERSION}:
        raise CouldNotStart(
            f"the store has tables of version {found}, and this smgd knows version {VERSION}",
            hint="use the smgd that made them, or another --state-dir or --store-url",
        )
