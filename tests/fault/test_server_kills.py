"""The whole server killed while it answers: what it answered as stored is there, whole."""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import orjson
from stored import Asked, done

from smgd.store import Limits, Paging, Store
from smgd.store.sqlite import Sqlite

# .ci/long asks for a hundred.
KILLS = int(os.environ.get("SMGD_KILLS", "3"))
SCRIPT = {"replies": [{"text": "One answer."}, {"text": "Another answer, of more words."}]}
NUM_CLIENTS = 6
MOST = 1_000_000


class Client(threading.Thread):
    """Talks on, turn after turn, until the server is gone; remembers what it was told in full."""

    def __init__(self, url: str, number: int, conversation: str) -> None:
        super().__init__(daemon=True)
        self.told: dict[str, Any] = {}
        """The responses whose end has arrived, by id."""
        self.unexpected: list[str] = []
        self._url = url
        self._streams = number % 2 == 0
        self._conversation = conversation if number % 3 == 0 else None
        self.start()

    def run(self) -> None:
        previous = None
        with contextlib.suppress(httpx.TransportError), httpx.Client(timeout=60) as client:
            for turn in range(100_000):
                asked: dict[str, Any] = {"input": f"Turn {turn}.", "stream": self._streams}
                if self._conversation is not None:
                    asked["conversation"] = self._conversation
                elif previous is not None:
                    asked["previous_response_id"] = previous
                ended = self._ask(client, asked)
                if ended is not None:
                    previous = ended["id"]
                    self.told[previous] = ended

    def _ask(self, client: httpx.Client, asked: dict[str, Any]) -> Any | None:
        """The response, once its last byte is here."""
        with client.stream("POST", f"{self._url}/v1/responses", json=asked) as answer:
            said = answer.read()
        if answer.status_code == 409:
            return None
        if answer.status_code != 200:
            self.unexpected.append(said.decode())
            return None
        if not self._streams:
            return json.loads(said)
        *_, last, end = (part for part in said.decode().split("\n\n") if part)
        data = json.loads(last.partition("\ndata: ")[2])
        if end != "data: [DONE]" or data["type"] != "response.completed":
            self.unexpected.append(said.decode())
        return data["response"]


def test_every_reply_answered_as_stored_survives_a_kill_of_the_server(serve, tmp_path):
    told: dict[str, Any] = {}
    chance = random.Random(11)
    for _ in range(KILLS):
        daemon = serve("--store-max-responses", str(MOST), script=SCRIPT).ready()
        with daemon.client() as client:
            conversation = client.post("/v1/conversations", json={}).json()["id"]
        clients = [Client(daemon.url, number, conversation) for number in range(NUM_CLIENTS)]
        time.sleep(chance.uniform(0.2, 1.0))
        daemon.kill()
        for client in clients:
            client.join(30)
            assert not client.is_alive()
            assert client.unexpected == []
        new = {id: response for client in clients for id, response in client.told.items()}
        check_store(tmp_path / "smgd", set(told), new)
        told |= new
    assert len(told) > KILLS * NUM_CLIENTS


def check_store(folder: Path, before: set[str], new: dict[str, Any]) -> None:
    """All that was told is there as it was told, and nothing is there in part."""
    store = Store(Sqlite(folder), Limits(MOST, 86_400))
    try:
        rows = store._writer._database.execute("SELECT id, record FROM smgd_responses")
        there = dict(rows)
        assert before <= set(there)
        for id, response in new.items():
            assert id in there, f"{id} was answered as stored"
            assert orjson.loads(there[id]) == response
        for id in set(there) - before:
            check_whole(store, id, orjson.loads(there[id]))
    finally:
        done(store.close())


def check_whole(store: Store, id: str, response: dict[str, Any]) -> None:
    """A stored response has its end, its input, and the turns that it goes on from."""
    assert response["status"] == "completed"
    (message,) = [item for item in response["output"] if item["type"] == "message"]
    assert message["content"][0]["text"] in {reply["text"] for reply in SCRIPT["replies"]}
    assert len(done(store.input_items(id, Paging())).items) == 1
    items = orjson.loads(done(store.history(Asked(previous_response_id=id))).items)
    roles = [item["role"] for item in items if item["type"] == "message"]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    assert items[-1] == response["output"][-1]
