"""Texts that give orders to their reader, and honest ones: a set used while rules are made, and one held out.

The held-out set was written before the first rule and no rule is made for a text of it, so that its figures say what
to expect of texts that nobody has seen. Both are the same people's idea of an attack: real ones may be better.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from swarm.injection.detect import suspicion
from swarm.model.causes import ProblemCode
from tests.campaign.case import HONEST, Case

DIRECTORY = Path(__file__).parents[1] / "data" / "injection"
BUILDING, HELD_OUT = "", "held-out-"
TAGGED = ProblemCode.INJECTION.value


@dataclass(frozen=True, kw_only=True)
class TextCase(Case):
    """A text that an agent could read or write."""

    text: str


def text_cases(which: str) -> tuple[TextCase, ...]:
    """The texts of a set, BUILDING or HELD_OUT: hostile ones are to be tagged, honest ones not."""
    return (*_of(f"{which}hostile", TAGGED), *_of(f"{which}honest", HONEST))


def judge_text(case: TextCase, _: Path) -> str:
    """The tag, where the engine gives the text one."""
    return HONEST if suspicion(case.text) is None else TAGGED


def _of(name: str, right: str) -> list[TextCase]:
    cases = []
    for number, line in enumerate((DIRECTORY / f"{name}.jsonl").read_text().splitlines(), start=1):
        sample = json.loads(line)
        title = f"{name} {number}, {sample['kind']}: {ascii(sample['text'])[1:41]}"
        cases.append(TextCase(failure=7, name=title, right=right, text=sample["text"]))
    return cases
