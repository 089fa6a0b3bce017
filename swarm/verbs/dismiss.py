"""dismiss: the operator says that what looks like an agent is none: it is not shown, and takes no slot any more."""

from collections.abc import Iterator, Sequence

from swarm.errors import Code, NotFound, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import not_found
from swarm.ledger.state import State
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.agent import Liveness
from swarm.model.audit_line import AuditLine
from swarm.model.snapshot import AgentView
from swarm.model.stray import Dismissal
from swarm.model.values import replace
from swarm.probes.probes import Effort
from swarm.processes.identity import look
from swarm.scan.scanner import Scanner

MAX_DISMISSED = 1000
"""So many are kept: the oldest go."""


def dismiss(home: Home, ids: Sequence[str], *, undo: bool = False) -> tuple[str, ...]:
    """Dismisses ghosts and strays; returns their ids. A directory stays dismissed, with all that lies in it.

    undo: takes it back. Raises NotFound; Refused `hierarchy` where an agent asks, `exists` for an agent of the ledger.
    """
    with audit.attempt(home, AuditVerb.DISMISS, ids[0] if ids else "") as attempt:
        must_be_ready(home)
        if home.actor.is_agent:
            raise Refused(
                Code.HIERARCHY,
                "Only the operator says that something is no agent.",
                "What is dismissed takes no slot.",
                "Ask your parent, or end it: swarm-tui kill ID",
            )
        found = _taken_back(home, ids) if undo else _dismissals(home, ids, attempt)
    names = {each.id for each in found}

    def change(state: State) -> State:
        kept = [each for each in state.dismissed if each.id not in names and not _is_over(each)]
        dismissed = tuple(kept) if undo else (*kept, *found)[-MAX_DISMISSED:]
        return replace(state, dismissed=dismissed)

    def lines(_: State) -> Iterator[AuditLine]:
        for agent in sorted(names):
            yield audit.line(home, AuditVerb.DISMISS, agent=agent, undo=undo)

    home.ledger.commit(change, purpose="dismiss what is no agent", lines=lines)
    return tuple(sorted(names))


def _dismissals(home: Home, ids: Sequence[str], attempt: audit.Attempt) -> list[Dismissal]:
    views = {view.id: view for view in Scanner(home).full(Effort.PLACES).agents}
    wall, found = home.clock.wall(), list[Dismissal]()
    for words in ids:
        attempt.agent = words
        view = _meant(views, words)
        if view.record is not None or view.inner is not None or not view.foreign:
            raise Refused(
                Code.EXISTS,
                f"{view.id!r} is an agent of this swarm.",
                "Only what was not spawned through the engine is dismissed.",
                f"End it: swarm-tui kill {view.id}",
            )
        has_directory = home.layout.agent(view.id).path.is_dir() if view.stray is None or "@" not in view.id else False
        if view.stray is not None:
            found.append(Dismissal(view.id, view.stray.process, wall))
        if has_directory:
            found.append(Dismissal(view.id, None, wall))
    return found


def _meant(views: dict[str, AgentView], words: str) -> AgentView:
    wanted = words.strip().strip("/")
    if wanted in views:
        return views[wanted]
    tails = [view for agent, view in views.items() if wanted and agent.endswith("/" + wanted)]
    if len(tails) == 1:
        return tails[0]
    raise not_found(words, views)


def _taken_back(home: Home, ids: Sequence[str]) -> list[Dismissal]:
    there = home.ledger.read().dismissed
    found = [each for each in there if any(each.id == words or each.id.endswith("/" + words) for words in ids)]
    if not found:
        names = ", ".join(sorted({each.id for each in there})[:8])
        raise NotFound(
            f"{', '.join(ids)!r} is not dismissed.", f"Dismissed are: {names}." if names else "Nothing is dismissed."
        )
    return found


def _is_over(dismissal: Dismissal) -> bool:
    """Whether the process has ended that was dismissed. A directory stays dismissed."""
    return dismissal.process is not None and look(dismissal.process) is Liveness.DEAD
