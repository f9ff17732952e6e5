"""What the Rust core offers Python. A claim: stubtest checks names, tests/unit what comes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Literal, final

__all__ = [
    "HEADER_BYTES",
    "MAX_FRAME_BYTES",
    "Asked",
    "ChatTemplate",
    "Chunk",
    "Conversation",
    "Decoder",
    "Error",
    "Event",
    "Fault",
    "Format",
    "Model",
    "Prepared",
    "Ready",
    "Replies",
    "Reply",
    "ReplyParser",
    "State",
    "Step",
    "Submit",
    "Ticket",
    "Tokenizer",
    "Tokens",
    "ToolCall",
    "__version__",
    "decode_frame",
    "encode_abort",
    "encode_error",
    "encode_ready",
    "encode_state",
    "encode_tokens",
    "failed",
    "formats",
    "frame_kind",
    "frame_length",
    "parse_reasoning_complete",
    "parse_reply",
    "parse_tool_call_complete",
    "reasoning_parsers",
    "replay",
    "tool_call_parsers",
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
    def missing_param(param: str, expected: str) -> Error: ...
    @staticmethod
    def invalid_param(param: str, expected: str, got: str) -> Error: ...
    @staticmethod
    def unsupported_media_type(got: str) -> Error: ...
    @staticmethod
    def not_found(method: str, path: str) -> Error: ...
    @staticmethod
    def method_not_allowed(method: str, path: str, allowed: str) -> Error: ...
    @staticmethod
    def model_not_found(model: str, served: Sequence[str]) -> Error: ...
    @staticmethod
    def previous_response_not_found(id: str) -> Error: ...
    @staticmethod
    def response_not_found(id: str) -> Error: ...
    @staticmethod
    def conversation_not_found(id: str) -> Error: ...
    @staticmethod
    def item_not_found(id: str) -> Error: ...
    @staticmethod
    def reference_not_found(param: str, id: str) -> Error: ...
    @staticmethod
    def conversation_locked(id: str) -> Error: ...
    @staticmethod
    def not_in_background(id: str) -> Error: ...
    @staticmethod
    def no_websocket(path: str) -> Error: ...
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
    def server_restarted(id: str) -> Error: ...
    @staticmethod
    def not_stored(id: str) -> Error: ...
    @staticmethod
    def internal(id: str) -> Error: ...
    @staticmethod
    def samples() -> list[Error]:
        """One of each kind, for tests and README's table."""

def tool_call_parsers() -> list[tuple[str, list[str]]]:
    """What `--tool-call-parser` takes: each name and its aliases."""

def reasoning_parsers() -> list[tuple[str, list[str]]]:
    """What `--reasoning-parser` takes: each name and its aliases."""

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
        tool_call_parser: str = "auto",
        reasoning_parser: str = "auto",
        strict: bool = False,
        skipped_tool_note: bool = True,
        reasoning_events: str = "summary",
        secret: bytes = ...,
    ) -> Model:
        """Read config, generation config, tokenizer and template of a Hugging Face folder.

        tokenizer      another folder (or tokenizer.json) to take tokenizer and template from
        chat_template  the template's text, in place of the checkpoint's own
        max_model_len  tokens; at most what the config allows
        tool_call_parser, reasoning_parser
                       auto, none, or a format's name or alias
        strict         whether what has no effect is refused, and not only named
        skipped_tool_note
                       whether the model is told which tools it was not given
        reasoning_events
                       how responses tell reasoning: summary, text or openresponses
        secret         32 bytes, the key of what clients keep sealed
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
    """Both formats, why they were chosen and how their round trips went, for the banner."""
    warnings: list[str]
    """What the operator should know of template and formats, and can do."""

    def prepare_chat(self, body: bytes, ticket: Ticket) -> Prepared:
        """Parse, validate, normalise, render, tokenize. raises Error"""

    def prepare_responses(
        self, asked: Asked, items: bytes, referenced: bytes, ticket: Ticket
    ) -> Prepared:
        """The same for a response: one way from the conversation on, whatever the dialect.

        items       a JSON array: input and output items of the turns before, oldest first
        referenced  a JSON object: the stored items that `asked.references` names, by id
        raises      Error
        """

    def prepare_compact(
        self, asked: Asked, items: bytes, referenced: bytes, ticket: Ticket
    ) -> Prepared:
        """A request for a summary of the conversation, told as one `response.compaction`.

        raises  Error
        """

    def count_responses(self, asked: Asked, items: bytes, referenced: bytes) -> int:
        """Tokens of a response's prompt, also where they are too many. raises Error"""

    def conversation(self, body: bytes, *, id: str) -> Conversation:
        """Read what a client puts into a conversation; the body may be empty.

        id      what ids that items lack are made from
        raises  Error
        """

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text, special tokens' text included as special tokens."""

    def decode(self, ids: Sequence[int]) -> bytes:
        """The exact bytes of these tokens."""

@final
class Ticket:
    """What the server adds to a request: the core takes no time, ids or seeds of its own."""

    def __new__(
        cls, *, request: int, id: str, created: int, seed: int, max_model_len: int
    ) -> Ticket:
        """Name a request.

        request        number of the request within this server, from 1
        id, created    as the client will see them
        seed           the draw's key where the client sends none
        max_model_len  tokens the worker can hold for one sequence
        """

@final
class Asked:
    """A request of the Responses API, parsed; what needs the store is named."""

    @staticmethod
    def parse(body: bytes) -> Asked:
        """Read a request's body. raises Error"""

    previous_response_id: str | None
    conversation: str | None
    references: list[str]
    """Ids of the stored items that the input names."""
    stream: bool
    store: bool
    background: bool
    body_bytes: int

@final
class Conversation:
    """The body of a request that makes or changes a conversation."""

    metadata: bytes | None
    """A JSON object, where it was sent."""
    items: bytes
    """A JSON array: the items in their full stored form."""
    ignored: list[str]
    """Names of what has no effect."""

@final
class Prepared:
    """A request that passed every gate."""

    request: int
    id: str
    created: int
    """Unix seconds."""
    model: str
    stream: bool
    stored: bool
    """Whether the response is kept; never for another dialect."""
    background: bool
    """Whether nobody waits for the response."""
    previous_response_id: str | None
    conversation: str | None
    ignored: list[str]
    """Full names of the fields and tools that have no effect, each fit for a header."""
    input_items: bytes
    """A JSON array: a response's own input items in their full stored form, each with its id."""
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

    def advance(self, frame: bytes, now: int) -> Step:
        """Take one tokens or error frame of the worker (header included).

        A request's error frame ends that reply badly.

        now     unix seconds, for a response's completed_at
        raises  ValueError on a frame that is not one
        """

    def abort(self, request: int, generation: int) -> bytes:
        """Forget a reply whose client left: the abort frame for the worker; empty if not live."""

    def fail(self, request: int, error: Error) -> Step:
        """End a reply badly and forget it: its last chunk; none if not live."""

    def cancel(self, request: int) -> Step:
        """End a reply that nobody wants any more and forget it: its last chunk; none if not live.

        A response is then cancelled; other dialects say nothing.
        """

    def heartbeat(self, request: int) -> bytes:
        """What says on a stream that the reply goes on; empty if not live or not streamed.

        Responses: response.in_progress (response.queued before the first token); chat: a comment.
        """

    def object(self, request: int) -> bytes:
        """A live response as it stands: queued until its first token, then in_progress.

        Empty if not live, and in other dialects.
        """

    @property
    def live(self) -> int: ...

def replay(
    record: bytes, reasoning_events: Literal["summary", "text", "openresponses"] = "summary"
) -> bytes:
    """The whole stream that a stored response would have had, each text in one delta.

    record            the response's JSON; it must be over
    reasoning_events  the names for reasoning that is told as text
    raises            ValueError for what is no response, or one that is not over
    """

def failed(record: bytes, error: Error) -> bytes:
    """A stored response that is not over, as one that failed. raises ValueError if it is none"""

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
    record: bytes
    """The whole response, to be stored before `last` is sent; empty unless it is to be stored.

    With the end only, a bad one and a cancelled one too."""
    last: bytes
    """The last bytes of a reply with a record: the object, or the events that end the stream."""
    unstored: bytes
    """What is sent in place of `last` when the record could not be stored; where it is empty,
    `Error.not_stored` is the answer."""
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
class ReplyParser:
    """One reply's text, in any pieces -> content, reasoning and tool calls, in order.

    However the text is cut, the same bytes come out. Threads may share a parser; each push is
    whole, and a long one releases the interpreter.
    """

    def __new__(
        cls,
        tool_format: str | None = None,
        reasoning_format: str | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        prompt: str = "",
        id_seed: int | None = None,
    ) -> ReplyParser:
        """Begin a reply.

        tool_format, reasoning_format  a name or alias of `formats()`; None: its markup is content
        tools    OpenAI's declarations, whose schemas say what arguments written as text are; None
                 where they are not known; of an empty list none can be called: calls are content
        prompt   the rendered prompt, or its end: it may already have opened the reasoning
        id_seed  call ids are made from it, 0 to 2**64 - 1; None draws one
        raises   ValueError with the formats' names for an unknown one
        """

    def push(self, text_or_bytes: str | bytes) -> list[Event]:
        """What the next piece decides. Bytes may be cut within a character.

        Marker text counts as the marker. raises ValueError once finished
        """

    def finish(
        self, finish_reason: Literal["stop", "tool_calls", "length"] = "stop"
    ) -> list[Event]:
        """What was held back, now that nothing follows; nothing the second time.

        finish_reason  why the model ended: "length" where a limit cut it
        """

    @property
    def finish_reason(self) -> Literal["stop", "tool_calls", "length"] | None:
        """Why the reply ended, once it has: never "tool_calls" where a call was cut."""

@final
class Event:
    """One element of a reply.

    kind                 fields; all others are None
    content, reasoning   text
    tool_call_start      index, id, name
    tool_call_arguments  index, text: a piece of the arguments' JSON
    tool_call_end        index, valid: whether the arguments are complete and well-formed
    """

    @property
    def kind(
        self,
    ) -> Literal[
        "content", "reasoning", "tool_call_start", "tool_call_arguments", "tool_call_end"
    ]: ...
    @property
    def text(self) -> str | None: ...
    @property
    def index(self) -> int | None: ...
    @property
    def id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def valid(self) -> bool | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Reply:
    """A whole reply."""

    @property
    def content(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def tool_calls(self) -> list[ToolCall]: ...
    @property
    def finish_reason(self) -> Literal["stop", "tool_calls", "length"]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class ToolCall:
    """One tool call of a reply."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> str:
        """JSON text: the model's own bytes where it wrote JSON."""

    @property
    def valid(self) -> bool:
        """Whether the arguments are complete and well-formed."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def parse_reply(
    text: str | bytes,
    tool_format: str | None = None,
    reasoning_format: str | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    prompt: str = "",
    id_seed: int | None = None,
    finish_reason: Literal["stop", "tool_calls", "length"] = "stop",
) -> Reply:
    """A reply as one object: a `ReplyParser` that is pushed once and finished."""

def parse_tool_call_complete(
    text: str | bytes, parser_name: str, tools: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """{"tool_calls": [{"name", "arguments"}], "normal_text"} of a whole reply.

    raises  ValueError with the formats' names for an unknown one
    """

def parse_reasoning_complete(text: str | bytes, parser_name: str) -> dict[str, str]:
    """{"normal_text", "reasoning_text"} of a whole reply.

    raises  ValueError with the formats' names for an unknown one
    """

@final
class Format:
    """One format a reply may be written in."""

    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> list[str]:
        """Other servers' names for it."""

    @property
    def kind(self) -> Literal["tool", "reasoning"]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def formats() -> list[Format]:
    """Every format, tool-call formats first."""

@final
class ChatTemplate:
    """A chat template that renders as Python does, bounded in work and in what it reads.

    Safe from many threads; rendering releases the interpreter.
    """

    def __new__(cls, source: str, **special_tokens: Any) -> ChatTemplate:
        """Compile a template's text.

        special_tokens  what it may name: bos_token="<s>"; None for a token there is not
        raises          ValueError with the line that does not parse
        """

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        documents: Sequence[Mapping[str, Any]] | None = None,
        add_generation_prompt: bool = False,
        continue_final_message: bool = False,
        now: float | datetime | None = None,
        **kwargs: Any,
    ) -> str:
        """The prompt's text.

        now     what `strftime_now` tells, in UTC: seconds since 1970 or a datetime; None is now
        kwargs  the template's own variables, such as enable_thinking
        raises  ValueError, with the template's own message when it refuses; TypeError for what JSON
                cannot say
        """

@final
class Tokenizer:
    """A checkpoint's tokenizer. Safe from many threads."""

    @staticmethod
    def from_folder(path: str | PathLike[str]) -> Tokenizer:
        """Read a folder's tokenizer.json, tekken.json, tiktoken.model or qwen.tiktoken.

        The first there is counts. A tiktoken.model is read as Kimi ships it, a qwen.tiktoken as
        Qwen did, with the tokenizer_config.json beside it.

        raises  ValueError with the file at fault
        """

    def encode(self, text: str) -> list[int]:
        """Token ids; special tokens' text becomes special tokens, and nothing is added."""

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = False) -> str:
        """The text of these tokens, as transformers decodes them. Unknown ids say nothing."""

    def decoder(self, skip_special_tokens: bool = False) -> Decoder: ...
    def token_bytes(self, id: int) -> bytes:
        """The exact bytes of one token; none for an id the vocabulary does not know."""

    @property
    def vocab_size(self) -> int:
        """One more than the highest token id."""

@final
class Decoder:
    """One text, decoded as its tokens come; joined, the pieces are `Tokenizer.decode`'s text."""

    def __new__(cls, tokenizer: Tokenizer, skip_special_tokens: bool = False) -> Decoder: ...
    def push(self, ids: int | Sequence[int]) -> str:
        """The text that the next tokens complete."""

    def finish(self) -> str:
        """The text that was held back."""

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
