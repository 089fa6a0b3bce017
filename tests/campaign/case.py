"""What a corpus is made of: cases, each with the verdict that is right, and how many of them must be judged so."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

HONEST = ""
"""The right verdict on what is in order: none."""

FAILURES = {
    1: "two writers of one file",
    2: "a wrong name, and silence",
    3: "alive and of no use",
    4: "more than one model tier",
    5: "a role file that was not read",
    6: "more agents, and deeper, than was said",
    7: "orders in a text that was read",
    8: "results that nobody reads",
    9: "activity taken for success",
    10: "one more thing",
}
"""The failures of the field report, in the order in which they were met."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that happens, planted or honest. A corpus adds what happens as further fields."""

    failure: int
    """A number of FAILURES."""
    name: str
    """Names the case among those of its corpus."""
    right: str = HONEST
    """The verdict that is right, in the words of the corpus's `judge`; HONEST where nothing is to be said."""


class Judge(Protocol):
    """Lets a case happen in a directory of its own, which is empty and not there yet, and says the verdict on it.

    It leaves no process behind, whatever happens.
    """

    def __call__(self, case: Case, directory: Path, /) -> str: ...


class Floor(NamedTuple):
    """What a corpus must reach. Without one, each of its cases must be judged right."""

    found: float = 1.0
    """The share of planted cases that must be found, at least."""
    false: float = 0.0
    """The share of honest cases that may be accused, at most."""


class Finding(NamedTuple):
    """What was said of a case."""

    failure: int
    name: str
    right: str
    said: str

    @property
    def planted(self) -> bool:
        """Whether something was to be found."""
        return self.right != HONEST

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the right one: a wrong word for what is wrong is a miss too."""
        return self.said == self.right

    def words(self) -> str:
        """The case and both verdicts, in one line."""
        return f"{self.failure}  {self.name}: said {self.said or 'nothing'!r}, right is {self.right or 'nothing'!r}"
