"""Tells the C library to keep what a step frees, for the next step.

By default large blocks come fresh from the system each time and go back when freed, so that every
step faults its work space in again, page by page: half of a decode step's time on a small model.
"""

import contextlib
import ctypes

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_LARGEST_KEPT_BYTES = 32 << 20
"""The most that glibc takes for this setting."""
_KEPT_BYTES = 512 << 20


def keep_freed() -> None:
    """Serve blocks up to 32 MiB from the heap, and leave up to 512 MiB of it free."""
    # Another C library may not have the call, and then has its own ways.
    with contextlib.suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def give_back() -> None:
    """Return what is free now: what loading the weights left behind."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
