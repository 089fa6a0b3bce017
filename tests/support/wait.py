"""Waiting for something to become true, the only way tests wait."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str, deadline: float = 20.0) -> T:
    """The first true value of `condition()`; fails the test, saying `what` was awaited, after `deadline` seconds."""
    give_up = time.monotonic() + deadline
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError(f"waited {deadline:g} s in vain for: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


async def wait_while_running(condition: Callable[[], T], what: str, deadline: float = 20.0) -> T:
    """The same for a test in whose event loop the app runs on meanwhile."""
    give_up = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError(f"waited {deadline:g} s in vain for: {what}")
        await asyncio.sleep(0.02)
