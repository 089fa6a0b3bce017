"""What a program's tool calls say of the files in `roles/`: which of them it read, and which other calls name them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from swarm.model.activity import Activity, Kind
from swarm.protocol.role_texts import PLACE, SHARED

MAX_KEPT = 20
MAX_READ = 500
_NAME = re.compile(r"(?<![\w.-])[\w-][\w.-]*\.md\b")
_ALL = re.compile(rf"\b{PLACE}/(?:\*|\{{)")
"""A shell reads several of them by one pattern."""
_READS = re.compile(r"read|view|grep|glob|search|list|\Als\Z|\Acat\Z", re.IGNORECASE)
_SHELL_READS = re.compile(
    r"\s*(?:cd \S+ *(?:&&|;) *)?(?:cat|sed -n|head|tail|less|more|grep|rg|wc|ls|find|nl)\b(?!.*>)"
)


class RoleCall(NamedTuple):
    """A call that names one of the files, and is none that only reads. at: wall seconds."""

    name: str
    tool: str
    at: float


class RoleCalls:
    """What a program told of the files in `roles/` in this spawn. Bounded, whatever it prints."""

    __slots__ = ("_all", "_open", "_read", "others")

    def __init__(self) -> None:
        self.others: tuple[RoleCall, ...] = ()
        """The last calls that name one and may have written it, its sub-agents' too."""
        self._read: set[str] = set()
        self._all = False
        self._open: dict[str, Activity] = {}
        """By call that has not returned."""

    def has_read(self, name: str) -> bool:
        """Whether a call read it that ended well, or named its very path. name: as `roles/worker.md`."""
        return self._all or name in self._read

    def hear(self, heard: Iterable[tuple[Activity, float]], root: Path) -> None:
        """Takes what a program printed. What its sub-agents read, it has not read itself. root: of the home."""
        for activity, seen_at in heard:
            if activity.kind is Kind.TOOL_OPEN and (PLACE in activity.text or SHARED in activity.text):
                self._opened(activity, seen_at, root)
            elif activity.kind is Kind.TOOL_CLOSED and activity.key in self._open:
                opened = self._open.pop(activity.key)
                if not activity.error:
                    self._all = self._all or _ALL.search(opened.text) is not None
                    self._take(_names(opened.text))

    def _opened(self, activity: Activity, seen_at: float, root: Path) -> None:
        names = _names(activity.text)
        if not activity.parent:
            # Who names the very path has found it, whatever its program lets it read: some keep to their directory.
            self._take(name for name in names if str(root / name) in activity.text)
            self._open[activity.key] = activity
            while len(self._open) > MAX_KEPT:
                del self._open[next(iter(self._open))]
        if not _READS.search(activity.tool) and not _SHELL_READS.match(activity.text):
            at = activity.at if activity.at is not None else seen_at
            self.others = (*self.others, *(RoleCall(name, activity.tool, at) for name in names))[-MAX_KEPT:]

    def _take(self, names: Iterable[str]) -> None:
        if len(self._read) < MAX_READ:
            self._read.update(names)


def _names(text: str) -> list[str]:
    """The files that a call may mean, by their path or from where it works."""
    return [f"{PLACE}/{name}" for name in dict.fromkeys(_NAME.findall(text))]
