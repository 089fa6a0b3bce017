"""What a call is answered with: text that is clean and bounded, and refusals that say what to do instead."""

from collections.abc import Mapping
from typing import Any

from swarm.errors import SwarmError
from swarm.untrusted import clean, clean_block

MAX_LINES = 400
MAX_CHARS = 1000
MAX_TEXT = 20_000

Answer = Mapping[str, Any]


def answer(text: str) -> Answer:
    """What a tool found or did."""
    return {"content": [{"type": "text", "text": _bounded(text)}], "isError": False}


def refusal(error: SwarmError) -> Answer:
    """Why a tool did nothing: title, code, where and why, and what can be done about it."""
    words = [f"{clean(error.title)} [{clean(error.code, 60)}]", clean_block(error.detail), clean_block(error.hint)]
    return {"content": [{"type": "text", "text": _bounded("\n".join(word for word in words if word))}], "isError": True}


def mistake(error: BaseException) -> Answer:
    """A fault of ours, told as it is: the agent must not take it for a refusal."""
    return refusal(
        SwarmError(
            f"{type(error).__name__}: {str(error)[:300]}",
            "This is a mistake in swarm-tui; whether the call did anything is not known.",
            "Look with status before you try it again, and name this in your next progress line.",
            code="internal",
        )
    )


def quoted(text: str, limit: int = 300) -> str:
    """Words of an agent, as data."""
    return f'"{clean(text, limit)}"'


def _bounded(text: str) -> str:
    shown = clean_block(text, MAX_LINES, MAX_CHARS)
    return shown if len(shown) <= MAX_TEXT else f"{shown[:MAX_TEXT]}\n(cut here: it is longer)"
