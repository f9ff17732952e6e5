"""One sequence inside the worker: its tokens, what is computed of them, and when it ends."""

from dataclasses import dataclass, field
from enum import IntEnum

from smgd._core import Submit

from .pages import FULL


class End(IntEnum):
    """Why a sequence ended, as frames spell it."""

    RUNNING = 0
    STOP_ID = 1
    LENGTH = 2
    ABORTED = 3


@dataclass(slots=True, eq=False)
class Sequence:
    """A choice of a request, from its submission to its end."""

    number: int
    """Its number in this worker, in order of arrival."""
    port: int
    """The server it belongs to, as the index of its socket."""
    wire_id: int
    """Its number in that server's frames."""
    choice: int
    submit: Submit
    """The request it belongs to; never changed."""
    tokens: list[int]
    """Prompt and emitted ids."""
    stop_ids: frozenset[int]
    num_computed: int = 0
    """Leading tokens whose keys and values are in the cache."""
    slot: int = -1
    """Its row in the slots' tables while it runs."""
    tables: dict[str, list[int]] = field(default_factory=lambda: {FULL: []})
    """Pages by layer group."""

    @property
    def num_emitted(self) -> int:
        """Tokens of the reply so far."""
        return len(self.tokens) - len(self.submit.prompt_ids)

    def end(self, max_model_len: int) -> End:
        """Whether the tokens so far end it, and why."""
        emitted = self.num_emitted
        if emitted and emitted >= self.submit.min_tokens and self.tokens[-1] in self.stop_ids:
            return End.STOP_ID
        if emitted >= self.submit.max_tokens or len(self.tokens) >= max_model_len:
            return End.LENGTH
        return End.RUNNING
