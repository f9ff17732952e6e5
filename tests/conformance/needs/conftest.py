"""Each need was found by taking it away from a stream and running the client that it is of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from responded import Streamed


@pytest.fixture
def told(streamed: Callable[[str], Streamed], kind: str) -> Streamed:
    """The events of a reply of this kind."""
    return streamed(kind)
