"""Everything that speaks against a request, collected: a form shows all of it, and a command the first."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from swarm.errors import SwarmError

T = TypeVar("T")


class Objections(Struct):
    """Collects the errors of a request, so that a form can show all of them and a command the first."""

    errors: list[tuple[str, SwarmError]] = []

    def check(self, about: str, question: Callable[[], T], otherwise: T) -> T:
        """Returns the answer; where it is a SwarmError, keeps that for this field, and returns `otherwise`."""
        try:
            return question()
        except SwarmError as error:
            self.errors.append((about, error))
            return otherwise
