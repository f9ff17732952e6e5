"""Unit tests use one core: several threads on a busy machine wait for one another."""

import sys

import pytest


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
