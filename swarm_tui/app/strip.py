"""What the strip at the bottom offers: the acts that help with the row under the cursor, from the one table."""

from collections.abc import Iterator, Sequence

from textual.widget import Widget
from textual.widgets import Input

from swarm.model.health import Health
from swarm.model.record import Phase
from swarm_tui.app.act import Act
from swarm_tui.app.capabilities import Where
from widgets.agent_words import is_subagent, is_unread
from widgets.alerts import Alerts
from widgets.heartbeat_strip import Hint

_ROW_ACTS: dict[Health, tuple[str, ...]] = {
    Health.INVESTIGATE: ("stop", "message", "hold", "pause"),
    Health.OVERDUE: ("stop", "message", "hold", "respawn"),
    Health.LOOPING: ("stop", "message", "respawn", "hold"),
    Health.UNKNOWN: ("stop", "tab_process", "tab_events"),
    Health.RETRYING: ("message", "stop", "pause"),
    Health.WAITING: ("pause", "respawn", "stop"),
    Health.DONE: ("tab_results", "respawn"),
    Health.DISPUTED: ("accept", "reject", "tab_results"),
    Health.FAILED: ("respawn", "tab_transcript"),
    Health.KILLED: ("respawn", "tab_transcript"),
    Health.LOST: ("respawn", "tab_transcript"),
    Health.QUEUED: ("stop",),
    Health.PAUSED: ("pause", "stop"),
    Health.HELD: ("hold", "stop", "message"),
    Health.IDLE: ("message", "tab_transcript"),
}
"""By state, the most useful first; any other agent is well."""
_WELL = ("message", "attach", "stop")
_MARKED = ("stop", "pause", "respawn", "read", "message", "hold", "acknowledge", "clear")
_IN_ALERTS = ("acknowledge", "open")
_GENERAL = ("next_problem", "spawn", "problems", "filter", "plan", "beat", "quit", "help")
_WORDS = {
    "attach": "attach",
    "adopt_stray": "adopt",
    "dismiss": "dismiss",
    "undo": "undo",
    "open": "its agent",
    "next_problem": "next",
    "tab_transcript": "output",
    "tab_results": "results",
    "tab_process": "process",
    "tab_events": "events",
}
"""The words of acts that stand on the strip only where they help; the table has those of the others."""


def strip_hints(
    where: Where, acts: Sequence[Act], *, needs: int = 0, focused: Widget | None = None
) -> tuple[str, tuple[Hint, ...]]:
    """Returns what the acts are for, as `3 marked:`, and the acts that are possible now, the most useful first.

    acts: the table, under the room's keys. needs: how many need a person. focused: what has the keys; while a line has
    them, letters are letters.
    """
    lead, in_alerts = "", isinstance(focused, Alerts)
    if isinstance(focused, Input):
        lead, names = "typing:", ["clear"]
    else:
        if where.marked and not in_alerts:
            lead = f"{len(where.marked)} marked:"
        general = (name for name in (*["spawn"] * _is_full(where), *_GENERAL) if needs or name != "next_problem")
        names = [*dict.fromkeys((*_first(where, in_alerts=in_alerts), *general))]
    by_name = {act.name: act for act in acts if act.keys}
    possible = (by_name[name] for name in names if name in by_name and not by_name[name].disabled_reason(where))
    return lead, tuple((act.shown.split()[0], _word(act, where, lead), act.name) for act in possible)


def _first(where: Where, *, in_alerts: bool) -> Iterator[str]:
    """The names of the acts that the row asks for, possible or not."""
    view, verdict = where.agent, where.verdict
    yield "undo"
    if in_alerts:
        yield from _IN_ALERTS
        return
    if where.marked:
        yield from _MARKED
        return
    if view is None or verdict is None:
        return
    if verdict.state is Health.QUEUED and _is_full(where):
        yield "spawn"
    if view.stray is not None or view.ghost:
        yield from ("stop",) if is_subagent(view) else ("stop", "adopt_stray", "dismiss")
        return
    if is_unread(view) and verdict.state is not Health.DISPUTED:
        yield from ("read", "tab_results")
    if verdict.state is Health.DISPUTED:
        yield from _ROW_ACTS[Health.DISPUTED]
    if any(alert.agent == view.id and alert.acked_at is None for alert in where.snapshot.alerts):
        useful = _ROW_ACTS.get(verdict.state, _WELL)
        yield from (*useful[:2], "acknowledge")
    yield from _ROW_ACTS.get(verdict.state, _WELL)


def _is_full(where: Where) -> bool:
    return where.snapshot.slots.free <= 0


def _word(act: Act, where: Where, lead: str) -> str:
    """The word of an act here: a full swarm swaps, who stands still goes on, who is held is let go."""
    record = where.agent.record if where.agent is not None and not where.marked else None
    if act.name == "clear":
        return "unmark" if where.marked and lead != "typing:" else "leave"
    if act.name == "spawn" and _is_full(where):
        return "swap"
    if act.name == "pause" and record is not None and record.phase is Phase.WAITING:
        return "try now"
    if act.name == "pause" and record is not None and record.paused is not None:
        return "resume"
    if act.name == "hold" and where.verdict is not None and where.verdict.state is Health.HELD and not where.marked:
        return "let go"
    return act.marked or act.short or _WORDS.get(act.name, act.name)
