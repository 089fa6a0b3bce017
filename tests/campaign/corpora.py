"""Finds the corpora, lets the cases of one happen, and says whether it reaches its floor."""

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.campaign import corpus
from tests.campaign.case import Case, Finding, Floor, Judge


class Corpus(NamedTuple):
    """The cases of one module, and who judges them."""

    name: str
    cases: Sequence[Case]
    judge: Judge
    floor: Floor

    def run(self, directory: Path) -> list[Finding]:
        """Lets each case happen in a directory of its own below `directory`."""
        return [
            Finding(case.failure, case.name, case.right, self.judge(case, directory / str(number)))
            for number, case in enumerate(self.cases)
        ]


def names() -> list[str]:
    """The modules of the corpus, without reading them."""
    return sorted(found.name for found in pkgutil.iter_modules(corpus.__path__) if not found.name.startswith("_"))


def load(name: str) -> Corpus:
    """The corpus of a module; raises AttributeError where the module has no cases or no judge."""
    module = importlib.import_module(f"{corpus.__name__}.{name}")
    return Corpus(name, module.CASES, module.judge, getattr(module, "FLOOR", Floor()))
