"""What was done from here and can be taken back: each act gives its inverse, made of verbs of the engine."""

from collections.abc import Callable
from typing import NamedTuple

UNDO_S = 30.0
"""So many awake seconds an act can be taken back: long enough to see what a wrong key did."""
KEPT = 50


class TakenBack(NamedTuple):
    """What became of it."""

    words: str = ""
    """What is as it was before; '' where nothing is."""
    left: tuple[str, ...] = ()
    """What could not be taken back, each with the reason."""


Inverse = Callable[[], TakenBack]
"""Takes an act back, in a thread. Raises SwarmError where nothing of it can be."""


class Deed(NamedTuple):
    """Something that was done."""

    words: str
    at: float
    """Awake seconds."""
    inverse: Inverse | None = None
    why_final: str = ""
    """Why it cannot be taken back, where it has no inverse."""


class Undo:
    """The acts of this control room, the last one first. One that cannot be taken back hides those before it: else `u`
    after a stop would take back something else that the operator has forgotten.
    """

    def __init__(self) -> None:
        self._deeds: list[Deed] = []

    def __bool__(self) -> bool:
        return bool(self._deeds)

    def add(self, deed: Deed) -> None:
        """Remembers an act."""
        self._deeds = [*self._deeds[1 - KEPT :], deed]

    def why_not(self, awake: float) -> str:
        """Why the last act cannot be taken back at this awake second; '' where it can."""
        if not self._deeds:
            return "nothing was done from here that could be taken back"
        last = self._deeds[-1]
        if last.inverse is None:
            return f"the last act stays ({last.words}): {last.why_final}"
        ago = awake - last.at
        if ago > UNDO_S:
            return f"the last act is {ago:.0f} s ago ({last.words}); it can be taken back for {UNDO_S:.0f} s"
        return ""

    def take(self, awake: float) -> Inverse | None:
        """The inverse of the last act, which is forgotten; None where it cannot be taken back."""
        return self._deeds.pop().inverse if not self.why_not(awake) else None
