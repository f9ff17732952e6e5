"""Replies of every kind through `/v1/responses`, each asked for once in a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest
import responded
from scripted import REPLIES


@pytest.fixture(scope="module")
def client(
    serve_long: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Speaks to a server whose model says what `scripted` tells, and dies of the poison."""
    folder = str(tmp_path_factory.mktemp("state"))
    script = {"replies": REPLIES, "poison": responded.POISON, "tokens_per_step": [1, 2, 5]}
    daemon = serve_long("--served-model-name", "m", "--state-dir", folder, script=script).ready()
    with daemon.client() as client:
        yield client


@pytest.fixture(scope="module")
def streamed(client: httpx.Client) -> Callable[[str], responded.Streamed]:
    """Gives a kind's events."""
    return cache(lambda kind: responded.stream(client, **responded.KINDS[kind]))


@pytest.fixture(scope="module")
def whole(client: httpx.Client) -> Callable[[str], dict[str, Any]]:
    """Gives a kind's response object, a background one once it has ended."""

    @cache
    def ask(kind: str) -> dict[str, Any]:
        return responded.ended(client, responded.whole(client, **responded.KINDS[kind]))

    return ask
