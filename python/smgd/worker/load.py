"""From settings to a batcher: device, dtype, weights, and what memory is left for pages."""

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from . import memory
from .batcher import Batcher
from .cache import Cache, page_bytes
from .config import Failure, WorkerConfig
from .linear import packs
from .models.architecture import Architecture
from .models.decoder import Decoder
from .models.registry import read_architecture
from .pages import PAGE_SIZE, Pages, pages_for
from .runner import Runner
from .sampler import Sampler
from .slots import Slots
from .weights import files_of, open_checkpoint

log = logging.getLogger("smgd.worker")

GIB = 1 << 30
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A worker that is ready to step, and what it has to say of itself."""

    batcher: Batcher
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


def load(config: WorkerConfig) -> Loaded:
    """Load a model. Raises Failure with one sentence when that cannot be."""
    started = time.monotonic()
    folder = Path(config.model)
    shape = read_architecture(folder)
    device = choose_device(config.device)
    if device.type == "cpu":
        torch.set_num_threads(config.num_threads)
    with open_checkpoint(folder) as checkpoint:
        stored_bytes = sum(path.stat().st_size for path in files_of(folder))
        dtype = choose_dtype(config.dtype, device, checkpoint.own_dtype, stored_bytes)
        decoder = Decoder(shape, checkpoint.to(device, dtype))
    memory.give_back()
    memory.keep_freed()
    on_gpu = device.type == "cuda"
    max_seqs = config.max_num_seqs or (256 if on_gpu else 64)
    max_tokens = config.max_num_batched_tokens or (8192 if on_gpu else 512)
    if max_tokens < max_seqs:
        raise Failure(
            f"a step of {max_tokens} tokens has no room for {max_seqs} sequences; "
            "raise --max-num-batched-tokens or lower --max-num-seqs"
        )
    num_pages, max_len = fit(config, shape, max_seqs, kv_bytes(config, device), dtype)
    slots = Slots(max_seqs, max_len)
    sampler = Sampler(shape.vocab_size, device)
    runner = Runner(decoder, Cache(shape, num_pages + 1, device, dtype), slots, sampler)
    batcher = Batcher(
        runner,
        Pages(num_pages + 1),
        max_model_len=max_len,
        max_tokens=max_tokens,
        max_seqs=max_seqs,
    )
    if device.type == "cpu" and not packs(dtype):
        log.warning(
            "%s products run unpacked on this CPU: slower, and a reply's bits may depend on its "
            "company; --dtype float32 has neither",
            _name(dtype),
        )
    return Loaded(
        batcher=batcher,
        num_parameters=checkpoint.num_parameters,
        weight_bytes=checkpoint.num_bytes,
        num_pages=num_pages,
        page_size=PAGE_SIZE,
        max_model_len=max_len,
        max_num_seqs=max_seqs,
        max_num_batched_tokens=max_tokens,
        load_ms=round((time.monotonic() - started) * 1000),
        device=str(device),
        dtype=_name(dtype),
    )


def choose_device(wanted: str) -> torch.device:
    """Find the device a setting names. Raises Failure when this machine does not have it."""
    has_cuda = torch.cuda.is_available()
    if wanted == "auto":
        return torch.device("cuda:0" if has_cuda else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = torch.device("meta")
    if device.type == "cpu":
        return device
    if device.type != "cuda":
        raise Failure(f'"device" must be auto, cpu, cuda or cuda:N, got "{wanted}"')
    if not has_cuda or (device.index or 0) >= torch.cuda.device_count():
        raise Failure(f'this machine has no device "{wanted}"; use --device cpu')
    return torch.device("cuda", device.index or 0)


def choose_dtype(
    wanted: str, device: torch.device, own: torch.dtype, stored_bytes: int
) -> torch.dtype:
    """Choose what to compute in. Raises Failure on an unknown name.

    On CUDA the checkpoint's own dtype; on CPU float32 for small checkpoints, and above a gibibyte
    bfloat16 where the CPU has it.
    """
    if wanted != "auto":
        if wanted not in DTYPES:
            raise Failure(f'"dtype" must be auto, {", ".join(DTYPES)}, got "{wanted}"')
        return DTYPES[wanted]
    if device.type == "cuda":
        return own if own in DTYPES.values() else torch.bfloat16
    big = stored_bytes >= GIB
    return torch.bfloat16 if big and packs(torch.bfloat16) else torch.float32


def kv_bytes(config: WorkerConfig, device: torch.device) -> int:
    """Bytes for keys and values: as told, or what the device has to spare."""
    if config.kv_cache_memory_bytes:
        return config.kv_cache_memory_bytes
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return int(total * config.gpu_memory_utilization) - (total - free)
    return min(4 * GIB, available_bytes() // 4)


def available_bytes() -> int:
    """Memory that this machine can still give."""
    with Path("/proc/meminfo").open(encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def fit(
    config: WorkerConfig, shape: Architecture, max_seqs: int, room: int, dtype: torch.dtype
) -> tuple[int, int]:
    """(pages, longest sequence in tokens) for `room` bytes. Raises Failure when it does not fit."""
    held = room // page_bytes(shape, dtype)
    wanted = config.max_model_len or shape.max_positions
    if wanted > shape.max_positions:
        raise Failure(
            f"--max-model-len {wanted} is more than the {shape.max_positions} positions "
            "the model was made for"
        )
    if wanted < 2:
        raise Failure(f"--max-model-len must be at least 2, a prompt and a reply; got {wanted}")
    max_len = wanted if config.max_model_len else min(wanted, held * PAGE_SIZE)
    if held < pages_for(max_len) or max_len < 2:
        lower = f"lower --max-model-len to {held * PAGE_SIZE} or " if held > 0 else ""
        raise Failure(
            f"a sequence of {wanted} tokens needs "
            f"{pages_for(wanted) * page_bytes(shape, dtype)} bytes of keys and values and there "
            f"are {max(0, room)}; {lower}raise "
            "--kv-cache-memory-bytes or --gpu-memory-utilization"
        )
    return min(held, max_seqs * pages_for(max_len)), max_len


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
