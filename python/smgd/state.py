"""The state folder: what outlives the daemon, and the secret that seals what clients keep."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from smgd.errors import CouldNotStart
from smgd.settings import Settings

MEMORY = ":memory:"
SECRET_BYTES = 32
HINT = "choose a folder with --state-dir, or --state-dir :memory: to keep nothing"


class State:
    """Where the settings put state. Nothing is made before it is asked for."""

    def __init__(self, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._told = settings.state_dir
        self._secret = settings.secret
        self._environment = environment

    @cached_property
    def folder(self) -> Path | None:
        """The folder, for its owner alone; None keeps state in memory. raises CouldNotStart"""
        if self._told == MEMORY:
            return None
        folder = self._place()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(folder, error) from None
        return folder

    @cached_property
    def secret(self) -> bytes:
        """32 bytes: of the words given, else of the folder's key file. raises CouldNotStart"""
        if self._secret is not None:
            return hashlib.sha256(self._secret.encode()).digest()
        if self.folder is None:
            return secrets.token_bytes(SECRET_BYTES)
        try:
            return kept_secret(self.folder)
        except OSError as error:
            raise unusable(self.folder, error) from None

    def _place(self) -> Path:
        if self._told is not None:
            return Path(self._told).expanduser()
        state_home = self._environment.get("XDG_STATE_HOME", "")
        if Path(state_home).is_absolute():
            return Path(state_home) / "smgd"
        try:
            return Path.home() / ".local/state/smgd"
        except RuntimeError:
            raise CouldNotStart("there is no home folder to keep state in", hint=HINT) from None


def unusable(folder: Path, error: OSError) -> CouldNotStart:
    """The folder cannot be used, and why."""
    why = (error.strerror or str(error)).lower()
    return CouldNotStart(f"cannot use the state folder {folder}: {why}", hint=HINT)


def kept_secret(folder: Path) -> bytes:
    """The secret of the folder's key file, which is made if need be.

    raises OSError, CouldNotStart
    """
    path = folder / "secret"
    if not path.exists():
        make_secret(path)
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise CouldNotStart(
            f"{path} does not hold a key of smgd",
            hint="remove it to have a new one made; texts sealed with the old one are then ignored",
        )
    return secret


def make_secret(path: Path) -> None:
    """Make the key file, unless another process was first. raises OSError

    The file has its name only once it is whole: two daemons may start at once.
    """
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as made:
        made.write(secrets.token_hex(SECRET_BYTES))
        made.flush()
        os.fsync(made.fileno())
        try:
            os.link(made.name, path)
        except FileExistsError:
            return
