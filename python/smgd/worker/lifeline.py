"""Ends this process when its servers are gone, whatever it is doing at that moment."""

import ctypes
import os
import select
import signal
import socket
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the system kill this process when its parent dies, from the first moment on."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def ignore_signals() -> None:
    """Leave SIGTERM and SIGINT to the server, which drains before it hangs up.

    A service manager or a terminal may tell every process of a service at once.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def watch(sockets: list[socket.socket]) -> None:
    """End the process as soon as the other ends of all sockets are closed.

    A thread of its own waits for that, so that neither the loading of weights nor a long step
    holds it up. What is unread or unsent then has no reader.
    """
    threading.Thread(target=_wait, args=(sockets,), name="lifeline", daemon=True).start()


def _wait(sockets: list[socket.socket]) -> None:
    poll = select.poll()
    open_ends = {end.fileno() for end in sockets}
    for end in open_ends:
        poll.register(end, select.POLLRDHUP | select.POLLHUP)
    while open_ends:
        for end, _ in poll.poll():
            poll.unregister(end)
            open_ends.discard(end)
    os._exit(0)
