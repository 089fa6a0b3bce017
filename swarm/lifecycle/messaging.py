"""Messages to running programs through their channels: texts, the end of a sub-agent, the request to end.

Idle sessions too: a program whose turn has ended is asked once for the results that are missing, then closed. A hook
sees to this when a turn ends well. None runs where the model service failed, and none where a program has no hooks. The
engine's own looks do the same: a heartbeat, and the owner of the heartbeat in between.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from swarm.ending.settle import look_at_end, results_of
from swarm.errors import Code, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState
from swarm.platform.clock import wait_until
from swarm.processes import stdin_channel
from swarm.programs.registry import program_for
from swarm.protocol import inbox
from swarm.protocol.paths import AgentDir
from swarm.store import locks

if TYPE_CHECKING:
    from swarm.model.snapshot import AgentView
    from swarm.programs.base import Program

ASKED_S = 2.0
"""Seconds that a program has to end by itself once it was asked to, before any signal."""
ASKED_SHARE = 0.4
"""No more of the grace than this."""
ASK = (
    f"{inbox.FROM_ENGINE} "
    "Your turn has ended, and results.json is {lack}. Where your task is done, write it now with swarm-tui done or the "
    "MCP tool done; where it is not, go on with it. If your next turn ends without results, your program is ended."
)


def program_of(home: Home, record: Record) -> "Program | None":
    """What it runs; None where swarm.toml does not know it any more."""
    try:
        return program_for(record.program, home.policy)
    except SwarmError:
        return None


def listens(home: Home, record: Record | None) -> str:
    """Why words do not reach its running program; '' where they do."""
    if record is not None and record.phase is Phase.WAITING:
        return "it waits for its service"
    if record is None or record.phase is not Phase.RUNNING:
        return "it does not run at this moment"
    if record.taken_over:
        return f"{record.taken_over} has taken it over"
    if record.paused is not None:
        return "it is paused"
    program = program_of(home, record)
    if program is None or not program.channel:
        return f"its program ({record.program}) takes no words while it runs"
    if home.runner.life(record).unkept:  # the end of its channel that the program reads is open still
        return "its keeper is gone, so that it hears nothing more; it ends with this turn"
    if not stdin_channel.is_open(home.layout.agent(record.id)):
        return "its program is ending"
    return ""


def speak(home: Home, record: Record, text: str, key: str = "") -> None:
    """Says something to a running agent. key: the message's id. Raises SwarmError `channel` where it cannot."""
    program = program_of(home, record)
    send(home, record, program.say(text, key) if program is not None else b"")


def ask_what_it_costs(home: Home, record: Record) -> bool:
    """Asks a running program what it has cost so far; it answers in its output. False where it cannot be asked."""
    program = program_of(home, record)
    words = program.ask_what_it_costs() if program is not None and not listens(home, record) else b""
    if not words:
        return False
    try:
        send(home, record, words, wait=0.2)
    except SwarmError:
        return False
    return True


def stop_subagent(home: Home, record: Record, key: str) -> None:
    """Ends one sub-agent of its program's own. Raises SwarmError `channel` where the program cannot do that."""
    program = program_of(home, record)
    words = program.stop_subagent(key) if program is not None else b""
    if not words:
        raise SwarmError(
            f"Sub-agents of {record.id!r} cannot be ended one by one.",
            f"Its program ({record.program}) does not offer that.",
            f"End it with all that it does: swarm-tui kill {record.id}",
            code=Code.CHANNEL,
        )
    send(home, record, words)


def send(home: Home, record: Record, words: bytes, *, wait: float = stdin_channel.WAIT_S) -> None:
    """Writes words into its program's channel in `wait` seconds. Raises SwarmError `channel` where it takes none."""
    if not words:
        raise SwarmError(
            f"{record.id!r} cannot be spoken to.",
            f"Its program ({record.program}) takes no words while it runs.",
            "Leave it a message: it reads its inbox between two pieces of work.",
            code=Code.CHANNEL,
        )
    stdin_channel.tell(home.layout.agent(record.id), words, wait=wait)


def ask_to_end(home: Home, record: Record, grace: float) -> str:
    """Asks a program over its channel to stop what it does and end, and gives it a moment.

    grace: seconds of the whole stop. Returns what was done, '' where nothing was: then signals come at once.
    """
    agent = home.layout.agent(record.id)
    if grace <= 0 or record.paused is not None or record.taken_over or not os.path.lexists(agent.channel):
        return ""
    program = program_of(home, record)
    if program is None or not program.channel:
        return ""
    try:
        send(home, record, program.ask_to_end(), wait=0.2)
    except SwarmError:
        return ""
    with suppress(SwarmError):  # it reads its end as well, where it ignores what it was asked
        stdin_channel.close(agent)
    gone = wait_until(lambda: look_at_end(home, record) is not None, min(ASKED_S, grace * ASKED_SHARE))
    return "asked over its channel, and it ended" if gone else "asked over its channel"


def settle_idle_sessions(home: Home, views: "Iterable[AgentView]") -> tuple[str, ...]:
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


def _waits(view: "AgentView") -> bool:
    """Whether its turn is over, and nothing of it runs that could begin another."""
    activity = view.activity
    if view.record is None or view.record.phase is not Phase.RUNNING or view.foreign or activity is None:
        return False
    return not activity.in_turn and activity.turn_end is not None and not activity.subagents and not activity.open_tools


def _settle_session(home: Home, record: Record, view: "AgentView") -> bool:
    agent = home.layout.agent(record.id)
    activity = view.activity
    assert activity is not None  # noqa: S101 _waits checks it
    assert activity.turn_end is not None  # noqa: S101 likewise
    results = results_of(home, record.id)
    if results.state is ResultsState.VALID:
        return _close(home, agent, record, "its results are there")
    if not activity.turn_end.ok:
        return _close(home, agent, record, f"its turn failed: {activity.turn_end.why}" if activity.turn_end.why else "")
    if home.is_root(record.id):
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
        speak(home, record, "\n\n".join(words for _, words in waiting))
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
