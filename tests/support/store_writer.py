"""A process that stores responses until it is told or has enough, and says which are stored.

python store_writer.py FOLDER_OR_URL NAME COUNT

It stores several at once, as turns of one conversation and as links of chains.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from stored import response

from smgd.store import Limits, Store
from smgd.store.postgres import Postgres
from smgd.store.sqlite import Sqlite

AT_ONCE = 8
EVENT_BYTES = 20_000
LIMITS = Limits(100_000, 86_400)


def opened(where: str) -> Store:
    """The store of a folder, or of a database's URL."""
    database = Postgres(where) if where.startswith("postgresql:") else Sqlite(Path(where))
    return Store(database, LIMITS)


async def write(store: Store, name: str, chain: int, count: int) -> None:
    """Store a chain of responses, one after the other."""
    previous = None
    for number in range(count):
        id = f"{name}-{chain}-{number}"
        await store.put(response(id, previous, conversation="conv_1", events=b"x" * EVENT_BYTES))
        print(id, flush=True)
        previous = id


async def main(where: str, name: str, count: int) -> None:
    store = opened(where)
    print("open", flush=True)
    await asyncio.gather(*(write(store, name, chain, count) for chain in range(AT_ONCE)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
