"""Idle sessions: a program whose turn has ended is asked once for the results that are missing, then closed.

A hook sees to this when a turn ends well. None runs where the model service failed, and none where a program has no
hooks. The engine's own looks do the same: a heartbeat, and the owner of the heartbeat in between.
"""

from collections.abc import Iterable

from swarm.errors import SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.lifecycle.messaging import listens, speak
from swarm.lifecycle.settle import results_of
from swarm.model.audit_verb import AuditVerb
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.processes import stdin_channel
from swarm.protocol import inbox
from swarm.protocol.paths import AgentDir
from swarm.store import locks

MAX_WORDS = 8000
"""Characters of messages that are brought at once."""
ASK = (
    "Your turn has ended, and results.json is {lack}. Where your task is done, write it now with swarm-tui done or the "
    "MCP tool done; where it is not, go on with it. If your next turn ends without results, your program is ended."
)


def settle_idle_sessions(home: Home, views: Iterable[AgentView]) -> tuple[str, ...]:
    """Looks at every agent whose turn has ended and whose program still listens; returns their ids.

    views: of a scan, with what each program says of itself. Valid results, or a failed turn: the channel is closed, and
    the program ends by itself. No results: they are asked for once, then it is closed as well, unless something still
    runs in its background, which would be ended with it. Several processes that do
    this at once do it once. Never raises: what cannot be said now is said at the next look.
    """
    handled: list[str] = []
    for view in views:
        record = view.record
        if record is None or not _waits(view) or listens(home, record):
            continue
        try:
            if _settle_session(home, record, view):
                handled.append(view.id)
        except (SwarmError, OSError):
            continue  # it has ended since, or another process was faster
    return tuple(handled)


def _waits(view: AgentView) -> bool:
    """Whether its turn is over, and nothing of it runs that could begin another."""
    activity = view.activity
    if view.record is None or view.record.phase is not Phase.RUNNING or view.foreign or activity is None:
        return False
    return not activity.in_turn and activity.turn_end is not None and not activity.subagents and not activity.open_tools


def _settle_session(home: Home, record: Record, view: AgentView) -> bool:
    agent = home.layout.agent(record.id)
    activity = view.activity
    assert activity is not None  # noqa: S101 _waits checks it
    assert activity.turn_end is not None  # noqa: S101 likewise
    results = results_of(home, record.id)
    if results.state is ResultsState.VALID:
        return _close(home, agent, record, "its results are there")
    if not activity.turn_end.ok:
        return _close(home, agent, record, f"its turn failed: {activity.turn_end.why}" if activity.turn_end.why else "")
    if record.id == home.policy.root.id:
        return _close(home, agent, record, "its turn is over")
    if inbox.undelivered(agent)[0]:
        return _deliver(home, agent, record)
    if activity.background:
        return False  # what it left running begins its next turn; if that never ends, its silence is judged
    if not _is_first(agent, record, activity.turns):
        if _asked_at(agent, record) >= activity.turns:
            return False  # it has been asked, and has not answered yet
        return _close(home, agent, record, "it has ended two turns without results")
    lack = "missing" if results.state is ResultsState.ABSENT else f"not valid: {results.why}"
    speak(home, record, ASK.format(lack=lack))
    audit.by_engine(home, AuditVerb.ASK, agent=record.id, spawn_id=record.spawn_id, reason=f"results.json is {lack}")
    return True


def _deliver(home: Home, agent: AgentDir, record: Record) -> bool:
    """Messages that came while it did not listen go first: they may be what it waits for."""
    with locks.held(agent.hooks_lock, 0.0) as mine:
        waiting, offset = inbox.undelivered(agent)
        if not mine or not waiting:
            return False
        words = "\n\n".join(words for _, words in waiting)
        speak(
            home, record, words if len(words) <= MAX_WORDS else f"{words[:MAX_WORDS]}\n(cut: the rest is in inbox.md)"
        )
        inbox.mark(agent, offset)
    audit.by_engine(
        home, AuditVerb.DELIVER, agent=record.id, spawn_id=record.spawn_id, messages=[key for key, _ in waiting]
    )
    return True


def _close(home: Home, agent: AgentDir, record: Record, why: str) -> bool:
    stdin_channel.close(agent)
    audit.by_engine(home, AuditVerb.LET_GO, agent=record.id, spawn_id=record.spawn_id, reason=why)
    return True


def _is_first(agent: AgentDir, record: Record, turns: int) -> bool:
    """Whether it is ours to ask: this spawn was not asked before. From here on it counts as asked."""
    first = False

    def claim(memo: inbox.Memo) -> inbox.Memo:
        nonlocal first
        known = memo.get("tended")
        first = not isinstance(known, dict) or known.get("spawn_id") != record.spawn_id
        return {**memo, "tended": {"spawn_id": record.spawn_id, "turns": turns}} if first else memo

    inbox.change(agent, claim)
    return first


def _asked_at(agent: AgentDir, record: Record) -> int:
    """How many turns had ended when it was asked."""
    known = inbox.read(agent).get("tended")
    turns = known.get("turns") if isinstance(known, dict) and known.get("spawn_id") == record.spawn_id else None
    return turns if isinstance(turns, int) else 0
