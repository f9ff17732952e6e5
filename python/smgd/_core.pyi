"""What the Rust core offers Python. A claim: stubtest checks names, tests/unit what comes back."""

from collections.abc import Sequence
from typing import final

__all__ = [
    "HEADER_BYTES",
    "MAX_FRAME_BYTES",
    "Chunk",
    "Error",
    "Fault",
    "Model",
    "Prepared",
    "Ready",
    "Replies",
    "State",
    "Step",
    "Submit",
    "Tokens",
    "__version__",
    "decode_frame",
    "encode_abort",
    "encode_error",
    "encode_ready",
    "encode_state",
    "encode_tokens",
    "frame_kind",
    "frame_length",
]

__version__: str

class Error(Exception):
    """One refusal or failure, in the core's words.

    Raised by everything here that judges a client's input. `str(error)` is its sentence.
    """

    status: int
    """HTTP status."""
    code: str
    """The machine-readable word, unique per kind of error."""
    param: str | None
    """The field at fault, as the client spelled it."""
    retry_after_s: int | None
    """When trying again may help, in seconds."""
    body: bytes
    """OpenAI's error JSON."""

    @staticmethod
    def body_too_large(limit: int, got: str) -> Error: ...
    @staticmethod
    def unsupported_media_type(got: str) -> Error: ...
    @staticmethod
    def not_found(method: str, path: str) -> Error: ...
    @staticmethod
    def method_not_allowed(method: str, path: str, allowed: str) -> Error: ...
    @staticmethod
    def model_not_found(model: str, served: Sequence[str]) -> Error: ...
    @staticmethod
    def unauthorized() -> Error: ...
    @staticmethod
    def overloaded(waiting: int, retry_after_s: int) -> Error: ...
    @staticmethod
    def draining() -> Error: ...
    @staticmethod
    def not_ready(reason: str) -> Error: ...
    @staticmethod
    def worker_lost(id: str) -> Error: ...
    @staticmethod
    def internal(id: str) -> Error: ...
    @staticmethod
    def samples() -> list[Error]:
        """One of each kind, for tests and README's table."""

@final
class Model:
    """What the server knows of a checkpoint: tokenizer, template, formats, stop ids, defaults.

    Safe from many threads; `prepare_chat` releases the interpreter.
    """

    @staticmethod
    def load(
        folder: str,
        *,
        served_names: Sequence[str],
        tokenizer: str | None = None,
        chat_template: str | None = None,
        max_model_len: int | None = None,
    ) -> Model:
        """Read config, generation config, tokenizer and template of a Hugging Face folder.

        tokenizer      another folder (or tokenizer.json) to take tokenizer and template from
        chat_template  the template's text, in place of the checkpoint's own
        max_model_len  tokens; at most what the config allows
        raises         ValueError with what is wrong and in which file
        """

    names: list[str]
    max_model_len: int
    vocab_size: int
    stop_ids: list[int]
    sampling_defaults: dict[str, float]
    """What generation_config.json sets, such as {"temperature": 0.6}; for the banner."""
    reasoning_format: str | None
    tool_format: str | None
    formats_reason: str
    """Why these formats were chosen, for the banner."""

    def prepare_chat(
        self, body: bytes, *, request: int, id: str, created: int, seed: int, max_model_len: int
    ) -> Prepared:
        """Parse, validate, normalise, render, tokenize.

        request        number of the request within this server, from 1
        id, created    as the client will see them
        seed           the draw's key where the client sends none
        max_model_len  tokens the worker can hold for one sequence
        raises         Error
        """

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text, special tokens' text included as special tokens."""

    def decode(self, ids: Sequence[int]) -> bytes:
        """The exact bytes of these tokens."""

@final
class Prepared:
    """A request that passed every gate."""

    request: int
    id: str
    model: str
    stream: bool
    prompt_len: int
    num_choices: int
    max_tokens: int

@final
class Replies:
    """The live replies of one server: one call per worker step advances all of them."""

    def __new__(cls, model: Model) -> Replies: ...
    def open(self, prepared: Prepared, generation: int) -> tuple[bytes, bytes]:
        """Begin a reply: (the submit frame for the worker, the first bytes for the client).

        The first bytes are the role chunks of a stream, and empty for a reply that is not streamed.
        """

    def resubmit(self, generation: int) -> list[tuple[int, bytes]]:
        """For each live request, oldest first: (request, submit frame with what was emitted)."""

    def advance(self, frame: bytes) -> Step:
        """Take one tokens or error frame of the worker (header included).

        A request's error frame ends that reply badly. raises ValueError on a frame that is not one.
        """

    def abort(self, request: int, generation: int) -> bytes:
        """Forget a reply whose client left: the abort frame for the worker; empty if not live."""

    def fail(self, request: int, error: Error) -> bytes:
        """End a reply badly and forget it: a streaming client's last bytes; empty if not live."""

    @property
    def live(self) -> int: ...

@final
class Step:
    """What one step brought the clients."""

    chunks: list[Chunk]
    abort: bytes
    """The abort frame for sequences that the core ended (stop strings); empty when none."""
    num_tokens: int

@final
class Chunk:
    """One client's part of a step."""

    request: int
    data: bytes
    """Bytes to send; for a reply that is not streamed, empty until it is finished."""
    num_tokens: int
    """Tokens that this step brought, all choices together."""
    finished: bool
    error: Error | None
    """Why it ended badly; for a reply that is not streamed, this is the answer."""
    prompt_len: int
    completion_tokens: int
    """Tokens of the reply so far."""
    finish_reasons: list[str]
    """One per choice once finished: stop, length, tool_calls."""

@final
class Submit:
    """A decoded submit message, as the worker reads it."""

    request: int
    prompt_ids: list[int]
    rows: list[tuple[int, int, list[int]]]
    """(sequence, choice, emitted ids)"""
    temperature: float
    top_p: float
    min_p: float
    top_k: int
    presence_penalty: float
    frequency_penalty: float
    repetition_penalty: float
    seed: int
    max_tokens: int
    min_tokens: int
    ignore_eos: bool
    stop_ids: list[int]
    logprobs: int
    constraint: str
    adapter: str
    cache_salt: bytes
    attachments: list[bytes]

    def __new__(
        cls,
        request: int,
        prompt_ids: Sequence[int],
        rows: Sequence[tuple[int, int, Sequence[int]]],
        *,
        temperature: float = 1.0,
        top_p: float = 1.0,
        min_p: float = 0.0,
        top_k: int = 0,
        presence_penalty: float = 0.0,
        frequency_penalty: float = 0.0,
        repetition_penalty: float = 1.0,
        seed: int = 0,
        max_tokens: int = 16,
        min_tokens: int = 0,
        ignore_eos: bool = False,
        stop_ids: Sequence[int] = ...,
        logprobs: int = ...,
    ) -> Submit: ...
    def frame(self, generation: int) -> bytes: ...

@final
class Ready:
    num_parameters: int
    weight_bytes: int
    num_pages: int
    page_size: int
    max_model_len: int
    max_num_seqs: int
    max_num_batched_tokens: int
    load_ms: int
    device: str
    dtype: str

@final
class State:
    num_running: int
    num_waiting: int
    pages_used: int
    num_pages: int
    prompt_tokens: int
    generated_tokens: int
    num_preemptions: int

@final
class Fault:
    request: int
    """The request at fault; 0 when the worker as a whole is."""
    message: str

@final
class Tokens:
    """One step's tokens, decoded; for tests and the simulated engine's own checks."""

    rows: list[tuple[int, list[int], str]]
    """(sequence, new ids, end), end one of "", "stop_id", "length", "aborted"."""

HEADER_BYTES: int
MAX_FRAME_BYTES: int

def frame_length(header: bytes) -> int:
    """Payload bytes that follow this header. raises ValueError on another version or length."""

def frame_kind(frame: bytes) -> tuple[str, int, int]:
    """(kind, generation, step); kind one of ready, submit, abort, tokens, state, error."""

def decode_frame(frame: bytes) -> Ready | Submit | list[int] | Tokens | State | Fault:
    """The message of a whole frame; an abort is its list of sequences. raises ValueError."""

def encode_ready(
    generation: int,
    *,
    num_parameters: int,
    weight_bytes: int,
    num_pages: int,
    page_size: int,
    max_model_len: int,
    max_num_seqs: int,
    max_num_batched_tokens: int,
    load_ms: int,
    device: str,
    dtype: str,
) -> bytes: ...
def encode_tokens(
    generation: int,
    step: int,
    sequences: Sequence[int],
    counts: Sequence[int],
    ids: Sequence[int],
    ends: Sequence[int],
    logprobs: Sequence[Sequence[Sequence[tuple[int, float]]]] | None = None,
) -> bytes:
    """One step's tokens frame from columns.

    sequences (rows)  counts (rows): new tokens of each  ids (sum of counts)
    ends (rows): 0 running, 1 stop id, 2 length, 3 aborted
    logprobs: per row, per new token, [(drawn id, logprob), most likely ones...]
    """

def encode_abort(generation: int, sequences: Sequence[int]) -> bytes: ...
def encode_state(
    generation: int,
    step: int,
    *,
    num_running: int,
    num_waiting: int,
    pages_used: int,
    num_pages: int,
    prompt_tokens: int,
    generated_tokens: int,
    num_preemptions: int,
) -> bytes: ...
def encode_error(generation: int, step: int, request: int, message: str) -> bytes: ...
