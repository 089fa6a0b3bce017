"""What an agent is told of itself, once: it cannot know by itself that nobody reads it, or that its inputs are gone."""

from collections.abc import Iterator
from zlib import crc32

from swarm.model.beat import ActionKind
from swarm.model.causes import ProblemCode
from swarm.model.plan import Action
from swarm.model.record import Phase, Record
from swarm.model.snapshot import AgentView, Snapshot

KEPT = 20
"""Warnings that a record remembers."""
_ADVICE = {
    ProblemCode.MISSPELT: (
        "So you count as silent, or as without results. Report with `swarm-tui progress` and `swarm-tui done`, or "
        "under the right name. Where the file is something else of yours, leave it."
    ),
    ProblemCode.INPUT: (
        "Do not go on as if it held nothing. Where another name is what was meant, read that, and say so in your next "
        "progress line; else say there what is missing, and do what can be done without it."
    ),
    ProblemCode.ROLE_UNREAD: (
        "They are part of your contract, whatever else you were told at your start: read them whole now, before you go "
        "on, and hold what you have done so far against them."
    ),
}
"""What an agent is to do about a problem of which it is told."""


def warnings(snapshot: Snapshot) -> Iterator[Action]:
    """The warnings that are due. Whom a person talks to, or who is paused or stopped, is told when it works again."""
    for view in snapshot.agents:
        record = view.record
        if (
            not view.problems
            or record is None
            or record.phase is not Phase.RUNNING
            or record.paused is not None
            or record.taken_over
        ):
            continue
        for code, text in _texts(view).items():
            once = f"{code}-{crc32(text.encode('utf-8', 'replace')):08x}"
            if once not in record.warned and code.alert is not None:
                yield Action(ActionKind.WARN, view.id, view.spawn_id, text, code.alert, once=once)


def remembered(record: Record, told: list[str]) -> tuple[str, ...]:
    """What a record keeps of what its agent was told, the new last."""
    return tuple(dict.fromkeys((*record.warned, *told)))[-KEPT:]


def _texts(view: AgentView) -> dict[ProblemCode, str]:
    """One text a problem, however many files it is about."""
    found: dict[ProblemCode, list[str]] = {}
    for problem in view.problems:
        if problem.code in _ADVICE:
            found.setdefault(problem.code, []).append(problem.text)
    return {code: f"{'; '.join(texts)}. {_ADVICE[code]}" for code, texts in found.items()}
