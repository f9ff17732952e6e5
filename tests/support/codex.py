"""Codex without a terminal: one user's turns, and what each of them told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

NEW, OLD = "0.169.0", "0.104.0"
TIMEOUT_S = 60
CONFIG = """
model = "{model}"
model_provider = "smgd"
check_for_update_on_startup = false
[model_providers.smgd]
name = "smgd"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SMGD_TEST_KEY"
request_max_retries = 0
stream_max_retries = 0
stream_idle_timeout_ms = {idle_ms}
[analytics]
enabled = false
[projects."{folder}"]
trust_level = "trusted"
"""


class Turn:
    """What one run of Codex told, event by event."""

    def __init__(self, told: subprocess.CompletedProcess[str]) -> None:
        assert told.stdout, told.stderr
        self.events = [json.loads(line) for line in told.stdout.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Events of a type."""
        return [event for event in self.events if event["type"] == kind]

    def items(self, kind: str) -> list[dict[str, Any]]:
        """Completed items of a kind."""
        items = (event["item"] for event in self.of("item.completed"))
        return [item for item in items if item["type"] == kind]

    @property
    def text(self) -> list[str]:
        """What the model said, if the turn was completed."""
        assert self.of("turn.completed"), self.events
        return [item["text"] for item in self.items("agent_message")]

    @property
    def failure(self) -> str:
        """The sentence that the user is told, of a turn that failed."""
        (failed,) = self.of("turn.failed")
        return failed["error"]["message"]


class Codex:
    """One user's home and working folder, kept from turn to turn."""

    def __init__(
        self,
        packages: Path,
        home: Path,
        url: str,
        *,
        version: str = NEW,
        model: str = "m",
        idle_ms: int = 20_000,
    ) -> None:
        self.home, self.url, self.folder = home, url, home / "work"
        self.program = packages / f"node_modules/codex-{version}/bin/codex.js"
        self.folder.mkdir()
        (home / "codex").mkdir()
        told = {"model": model, "url": self.url, "idle_ms": idle_ms, "folder": self.folder}
        (home / "codex/config.toml").write_text(CONFIG.format(**told))

    def run(self, *words: str) -> Turn:
        """One turn with these words after `codex exec`."""
        environment = {
            "CODEX_HOME": str(self.home / "codex"),
            "CODEX_OSS_BASE_URL": f"{self.url}/v1",
            "HOME": str(self.home),
            "SMGD_TEST_KEY": "none",
        }
        bare = ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
        told = subprocess.run(
            ["node", self.program, *bare, "-C", self.folder, "--json", *words],
            check=False,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        return Turn(told)
