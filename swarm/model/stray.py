"""A coding agent that runs and that the ledger does not know, and the operator's word that something is none."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from swarm.model.agent import Identity
from swarm.model.bounds import Seconds, Text

MARK = "/@"
"""What stands in an id between the agent above and the name of a stray."""


class Tie(StrEnum):
    """What ties a stray to this home."""

    DESCENT = "descent"
    """It runs below the keeper or the program of an agent."""
    MARKER = "marker"
    """It carries a marker of this home."""
    PLACE = "place"
    """It works in an agent's directory, without a terminal."""


class Stray(Struct, frozen=True):
    """One process. Its texts are clean."""

    process: Identity
    """Without a marker: that of the agent above, or none, is in its environment."""
    program: str
    """Which coding agent it is; the name of what runs, where only its marker gives it away."""
    command: str
    started_at: float
    """Wall seconds."""
    above: str
    """The id of the nearest agent above it that the ledger knows; '' where none is known."""
    tie: Tie
    cwd: str = ""


def is_stray_id(words: str) -> bool:
    """Whether an id means a stray."""
    return MARK in words


class Dismissal(Struct, frozen=True, omit_defaults=True):
    """The operator's word that something which runs, or lies, in the tree is no agent: it is not shown, nor counted."""

    id: Text
    """Under which it was shown."""
    process: Identity | None = None
    """The process that it is about; None for a directory."""
    at: Seconds = 0.0
    """Wall seconds."""
    extra: Mapping[str, Any] = {}
    """Keys of a newer version: they survive."""
