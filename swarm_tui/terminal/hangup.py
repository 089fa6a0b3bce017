"""Signals end a screen as its own key does; what is still written to a terminal that was closed goes nowhere."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Has `leave` called with an exit status on SIGTERM and SIGHUP. Call it in the running event loop.

    Textual leaves the alternate screen and the mouse on when it is ended by a signal.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        try:
            loop.add_signal_handler(number, leave, 128 + number)
        except (RuntimeError, ValueError):
            return  # not the main thread, as in tests: the main thread gets the signals
    take_hangups()


def take_hangups() -> None:
    """Handles SIGHUP before anything else does. Call it after the event loop has its handler: that one runs as well.

    A terminal that goes away sends HUP and CONT. Textual starts its screen anew on CONT, its writer dies of the first
    write, and the way out then waits for a writer that is not there.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, _on_hangup)


def hang_up_without_terminal() -> bool:
    """Sends this process the SIGHUP that nobody else sends it: its terminal is gone. Returns whether it is.

    A kernel tells only whose controlling terminal it was. Else Textual reads the end of its input again and again, and
    the room, which nobody can see or leave any more, goes on for ever.
    """
    gone = is_gone(0)
    if gone:
        signal.raise_signal(signal.SIGHUP)
    return gone


def is_gone(descriptor: int) -> bool:
    """Whether the terminal behind a descriptor was closed at its other end."""
    poll = select.poll()
    poll.register(descriptor, 0)
    with suppress(OSError):
        return any(events & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, events in poll.poll(0))
    return True


def _on_hangup(_number: int, _frame: FrameType | None) -> None:
    gone = [descriptor for descriptor in (0, 1, 2) if is_gone(descriptor)]
    if not gone:
        return  # a process sent the signal: the terminal is there and is to be left clean
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in gone:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
