"""The agent that a new one is spawned like: what the form's fields hold at first, and what they mean as they were."""

import shlex

from swarm.model.agent import Acceptance, AgentSpec
from swarm.sanitize import visible


class SpawnModel:
    """A spec as texts of fields. What was not edited is handed on from the spec, letter by letter."""

    def __init__(self, spec: AgentSpec | None) -> None:
        self.spec = spec

    @property
    def name(self) -> str:
        """A name like its own; '' without a model."""
        if self.spec is None:
            return ""
        stem, dash, number = self.spec.name.rpartition("-")
        return f"{stem}-{int(number) + 1}" if dash and number.isdigit() else f"{self.spec.name}-2"

    def shown(self, field: str) -> str:
        """What a field holds at first."""
        spec = self.spec
        if spec is None:
            return ""
        if field == "task":
            return visible(spec.task)
        if field == "accept":
            return visible("\n".join(map(_accept_line, spec.acceptance)))
        if field in ("cwd", "worktree"):
            tree = spec.worktree
            return spec.cwd if field == "cwd" else tree.source if tree is not None else ""
        return shlex.join(self._words(spec, field))

    def task(self, text: str, *, untouched: bool) -> str:
        """The task that a field means."""
        return self.spec.task if self.spec is not None and untouched else text

    def acceptance(self, text: str, *, untouched: bool) -> tuple[Acceptance, ...]:
        """The outcomes that a field means, one a line."""
        if self.spec is not None and untouched:
            return self.spec.acceptance
        return tuple(_acceptance(line) for line in map(str.strip, text.splitlines()) if line)

    def words(self, field: str, text: str, *, untouched: bool) -> tuple[str, ...]:
        """The words that a field means; raises ValueError where a quotation mark is open."""
        return self._words(self.spec, field) if self.spec is not None and untouched else tuple(shlex.split(text))

    @staticmethod
    def _words(spec: AgentSpec, field: str) -> tuple[str, ...]:
        words: tuple[str, ...] = spec.argv if field == "command" else getattr(spec, field)
        return words


def _acceptance(line: str) -> Acceptance:
    text, mark, check = line.partition("::")
    return Acceptance(text.strip(), check.strip() or None if mark else None)


def _accept_line(item: Acceptance) -> str:
    return f"{item.text} :: {item.check}" if item.check else item.text
