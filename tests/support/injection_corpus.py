"""Texts that give orders to their reader, and honest ones: a set used while rules are made, and one held out.

The held-out set was written before the first rule and no rule is made for a text of it, so that its figures say what
to expect of texts that nobody has seen. Both are the same people's idea of an attack: real ones may be better.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from swarm.injection.detect import suspicion

DIRECTORY = Path(__file__).parents[1] / "data" / "injection"
BUILDING, HELD_OUT = "", "held-out-"


@dataclass(frozen=True)
class Sample:
    """A text, and of which kind it is."""

    kind: str
    text: str


@dataclass(frozen=True)
class Score:
    """What the detector made of a set."""

    missed: tuple[Sample, ...]
    """Hostile texts without a tag."""
    false: tuple[Sample, ...]
    """Honest texts with one."""
    hostile: int
    honest: int

    @property
    def precision(self) -> float:
        """The share of tagged texts that are hostile."""
        found = self.hostile - len(self.missed)
        return found / max(1, found + len(self.false))

    @property
    def recall(self) -> float:
        """The share of hostile texts that are tagged."""
        return (self.hostile - len(self.missed)) / self.hostile


def samples(name: str) -> list[Sample]:
    """A file of the corpus, such as `held-out-hostile`."""
    lines = (DIRECTORY / f"{name}.jsonl").read_text().splitlines()
    return [Sample(**json.loads(line)) for line in lines]


def score(which: str) -> Score:
    """How the detector does on a set: BUILDING or HELD_OUT."""
    hostile, honest = samples(f"{which}hostile"), samples(f"{which}honest")
    return Score(
        tuple(each for each in hostile if suspicion(each.text) is None),
        tuple(each for each in honest if suspicion(each.text) is not None),
        len(hostile),
        len(honest),
    )
