"""Every setting of `smgd serve`: the one table that flags, variables, keys and README come from."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smgd import kinds
from smgd._core import reasoning_parsers, tool_call_parsers
from smgd.errors import WrongCommandLine
from smgd.kinds import Kind, WrongValue


def option(  # noqa: PLR0913 - the columns of the table
    kind: Kind,
    default: object,
    help: str,
    *,
    many: bool = False,
    secret: bool = False,
    hidden: bool = False,
) -> Any:  # noqa: ANN401 - a field of any type
    """One row of the table.

    many    takes several values: repeated words on the command line, a list in a file,
            commas in a variable
    secret  the start-up line says that or how many were given, not which
    hidden  for tests and benches; neither in --help nor in README
    """
    row = {"kind": kind, "help": help, "many": many, "secret": secret, "hidden": hidden}
    return dataclasses.field(default=default, metadata=row)


@dataclass(frozen=True)
class Settings:
    """What `smgd serve` was told; `origins` says by whom."""

    model: str | None = option(
        kinds.text("a folder or a hub id"),
        None,
        "Folder or Hugging Face hub id; also the first argument. Default: the embedded model.",
    )
    revision: str | None = option(
        kinds.text("a branch, tag or commit"), None, "Revision of a hub model."
    )
    tokenizer: str | None = option(
        kinds.text("a folder or a hub id"),
        None,
        "Folder or hub id of another tokenizer and its chat template.",
    )
    served_model_name: tuple[str, ...] = option(
        kinds.text("a name"),
        (),
        "Names clients may ask for; the first is the answer's. Default: the model as given.",
        many=True,
    )
    host: str = option(
        kinds.text("an address"),
        "127.0.0.1",
        "Address to listen on. Wider than this machine needs --api-key or --insecure.",
    )
    port: int = option(
        kinds.integer(0, 65_535), 8000, "Port to listen on; 0 takes a free one and says which."
    )
    uds: str | None = option(
        kinds.text("a path"), None, "Unix socket to listen on, in place of host and port."
    )
    api_key: tuple[str, ...] = option(
        kinds.text("a key"), (), "Keys that clients must send one of.", many=True, secret=True
    )
    insecure: bool = option(
        kinds.SWITCH, default=False, help="Listen wider than this machine without a key."
    )
    allowed_origins: tuple[str, ...] = option(
        kinds.text("an origin"),
        (),
        "Web origins whose pages may call this server (CORS); * for all.",
        many=True,
    )
    device: str = option(kinds.DEVICE, "auto", "Where the model runs: auto, cpu, cuda or cuda:N.")
    dtype: str = option(
        kinds.choice("auto", "float32", "float16", "bfloat16"),
        "auto",
        "What the model computes in: auto, float32, float16 or bfloat16.",
    )
    max_model_len: int | None = option(
        kinds.COUNT, None, "Longest sequence in tokens (32k works). Default: the checkpoint's."
    )
    max_num_seqs: int | None = option(
        kinds.COUNT, None, "Most sequences decoded at once. Default: by device."
    )
    max_num_batched_tokens: int | None = option(
        kinds.COUNT, None, "Most tokens in one step. Default: by device."
    )
    gpu_memory_utilization: float = option(
        kinds.number(0, 1, above=True), 0.9, "Part of the GPU's memory that smgd may use."
    )
    kv_cache_memory_bytes: int | None = option(
        kinds.SIZE, None, "Bytes of the KV cache (4GiB works). Default: by device."
    )
    seed: int | None = option(
        kinds.integer(0, 2**63 - 1),
        None,
        "Makes the seeds of requests that bring none repeatable.",
    )
    chat_template: str | None = option(
        kinds.text("a file or a template"),
        None,
        "Template file, or its text, in place of the checkpoint's.",
    )
    tool_call_parser: str = option(
        kinds.parser(tool_call_parsers()),
        "auto",
        "Format of tool calls: auto, none, or a name (vLLM's, SGLang's and SMG's work too).",
    )
    reasoning_parser: str = option(
        kinds.parser(reasoning_parsers()),
        "auto",
        "Format of reasoning: auto, none, or a name, as for tool calls.",
    )
    state_dir: str | None = option(
        kinds.text("a folder"),
        None,
        "Folder of stored responses and of the key; :memory: keeps them until the end. "
        "Default: $XDG_STATE_HOME/smgd, else ~/.local/state/smgd.",
    )
    store_url: str | None = option(
        kinds.STORE_URL,
        None,
        "PostgreSQL database of stored responses. Default: SQLite in the state folder.",
        secret=True,
    )
    store_max_responses: int = option(
        kinds.COUNT, 1000, "Most responses stored; the least recently used goes first."
    )
    store_max_age_days: float = option(
        kinds.number(0, 36_500, above=True), 30.0, "How long a response is stored, in days."
    )
    secret: str | None = option(
        kinds.SECRET,
        None,
        "Seals reasoning that clients keep. Default: a key made in the state folder.",
        secret=True,
    )
    strict: bool = option(
        kinds.SWITCH,
        default=False,
        help="Refuse fields and tools without effect; else x-smgd-ignored names them.",
    )
    no_skipped_tool_note: bool = option(
        kinds.SWITCH,
        default=False,
        help="Do not tell the model which tools of a request it cannot have.",
    )
    reasoning_events: str = option(
        kinds.choice("summary", "text", "openresponses"),
        "summary",
        "How Responses streams reasoning: summary, text or openresponses.",
    )
    heartbeat_s: float = option(
        kinds.number(0, 3600),
        10.0,
        "How long a stream may be silent before a sign of life, in seconds; 0 sends none.",
    )
    drain_timeout_s: float = option(
        kinds.number(0, 86_400),
        30.0,
        "How long running requests may go on after SIGTERM, in seconds.",
    )
    log_level: str = option(
        kinds.choice("debug", "info", "warning", "error"),
        "info",
        "Least level logged: debug, info, warning or error.",
    )
    config: str | None = option(
        kinds.text("a file"), None, "YAML file of these settings; flags and variables win over it."
    )
    enable_auto_tool_choice: bool = option(
        kinds.SWITCH, default=False, help="Accepted without effect: tools always work."
    )
    trust_remote_code: bool = option(
        kinds.SWITCH,
        default=False,
        help="Refused: smgd never runs code that comes with a checkpoint.",
    )
    worker_module: str = option(
        kinds.text("a module"), "smgd.worker", "Module run as the worker.", hidden=True
    )
    worker_script: str | None = option(
        kinds.text("a file"), None, "What smgd.simulated says.", hidden=True
    )
    origins: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def summary(self) -> str:
        """The settings that are not defaults, each with where it came from."""
        said = []
        for row in table():
            if row.name not in self.origins:
                continue
            value = getattr(self, row.name)
            count = f"({len(value)} given)" if row.many else "(given)"
            shown = count if row.secret else spelled(value)
            said.append(f"{row.name}={shown} ({self.origins[row.name]})")
        return "  ".join(said) or "all defaults"


@dataclass(frozen=True)
class Row:
    """One setting as the parsers need it."""

    name: str
    default: Any
    kind: Kind
    help: str
    many: bool
    secret: bool
    hidden: bool

    @property
    def flag(self) -> str:
        """As on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """As in the environment."""
        return "SMGD_" + self.name.upper()

    def read(self, values: Sequence[str], said_by: str) -> object:
        """The setting's value from its words. raises WrongCommandLine"""
        try:
            read = [self.kind.read(value) for value in values]
        except WrongValue as wrong:
            got = "another value" if self.secret else wrong
            raise WrongCommandLine(
                f"{said_by} must be {self.kind.expected}, got {got}", hint=self.help
            ) from None
        if self.many:
            return tuple(read)
        if len(read) != 1:
            raise WrongCommandLine(f"{said_by} must be one value, got {len(read)}")
        return read[0]


def table() -> list[Row]:
    """The rows in the order they are shown."""
    return [
        Row(name=field.name, default=field.default, **field.metadata)
        for field in dataclasses.fields(Settings)
        if field.metadata
    ]


def check(settings: Settings) -> None:
    """What no single row can tell. raises WrongCommandLine"""
    if settings.trust_remote_code:
        raise WrongCommandLine(
            "--trust-remote-code is refused: smgd never runs code that comes with a checkpoint",
            hint="leave it out; a checkpoint of a known architecture needs none of its own code",
        )
    open_to_all = settings.uds is None and not is_loopback(settings.host)
    if open_to_all and not settings.api_key and not settings.insecure:
        raise WrongCommandLine(
            f"--host {settings.host} lets other machines in, but there is no key to keep them out",
            hint="set one with --api-key or SMGD_API_KEY, or say --insecure",
        )
    if settings.revision and settings.model is None:
        raise WrongCommandLine("--revision needs a hub model: the embedded one has no revisions")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def spelled(value: object) -> str:
    """A value as the command line would spell it."""
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def markdown() -> str:
    """README's table of settings."""
    lines = ["| flag | variable | default | what it does |", "|---|---|---|---|"]
    for row in table():
        if not row.hidden:
            default = "" if row.default in (None, (), False) else f"`{spelled(row.default)}`"
            metavar = "" if row.kind is kinds.SWITCH else f" {row.kind.metavar}"
            more = " ..." if row.many else ""
            lines.append(
                f"| `{row.flag}{metavar}{more}` | `{row.variable}` | {default} | {row.help} |"
            )
    return "\n".join(lines)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """SMGD_* variables that no row knows: most likely misspelled."""
    known = {row.variable for row in table()}
    return sorted(name for name in environment if name.startswith("SMGD_") and name not in known)
