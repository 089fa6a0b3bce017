"""What the tabs of the detail say: pure, from a view and what was read for it to paragraphs."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from swarm.formatting import beginning
from swarm.model.activity import ActivityState
from swarm.model.agent import Exit
from swarm.model.beat import Beat
from swarm.model.record import Record
from swarm.model.snapshot import AgentView
from swarm.model.stray import Stray, Tie
from swarm.model.time import Now
from swarm.sanitize import clean_block
from widgets.cells import Cell, clock_text, quote, short_bytes, short_count, short_duration, short_money
from widgets.charset import UNICODE, Charset
from widgets.paragraphs import Paragraph

if TYPE_CHECKING:
    from widgets.event_feed import EventRow

_BEATS = 60
SHOWN_EVENTS = 200
SHOWN, SHOWN_LINES = 200_000, 20_000
"""Characters and lines of a text that a tab shows; none that is meant to be read is as long."""
_PROGRESS = 50
"""Entries of progress that a view holds."""
_DENIED, _DELIVERED = 3, 5
"""How many of the last refusals and deliveries are shown."""


class ProcessRow(Struct, frozen=True):
    """One process of an agent's tree, parents before children."""

    pid: int
    depth: int
    command: str
    state: str = ""
    """The kernel's letter: R, S, T, Z."""
    cpu_percent: float | None = None
    rss_bytes: int | None = None


class DetailData(Struct, frozen=True):
    """What a tab shows beyond the view, read by the loader. None is 'not read yet', '' or () is 'there is none'."""

    agent: str
    spawn_id: str
    task: str | None = None
    processes: tuple[ProcessRow, ...] | None = None
    events: "tuple[EventRow, ...] | None" = None
    errors: tuple[tuple[str, str], ...] = ()
    """(tab, why it could not be read)."""
    environment: tuple[str, ...] = ()
    """Names of the variables that belong to it, as its spawn had them. Never a value."""
    stderr: tuple[str, ...] = ()
    """The last lines of its stderr, where it has ended badly."""
    summary: str | None = None
    """Of its results, whole."""


def labelled(label: str, text: str, role: str = "") -> Paragraph:
    """A text behind a word that says what it is."""
    return Paragraph(text, role, (Cell(f"{label}  ", "muted"),))


def progress_page(view: AgentView) -> tuple[Paragraph, ...]:
    """The problems of the agent, what its program reports of it, then its last progress lines, the newest on top."""
    lines = [
        Paragraph(
            quote(text) + (f" ({count} times)" if count > 1 else ""), "", (Cell(f"!{quote(code, 40)} ", "warning"),)
        )
        for (code, text), count in Counter((problem.code, problem.text) for problem in view.problems).items()
    ]
    if view.description:
        lines.append(labelled("it runs" if view.stray else "it is to", quote(view.description, 500), "quote"))
    if view.activity is not None:
        lines += _reported_lines(view, view.activity)
    if view.progress.error:
        lines.append(Paragraph(f"progress.md cannot be read: {quote(view.progress.error)}", "warning"))
    for line in reversed(view.progress.lines):
        stamp = clock_text(line.stamp) if line.stamp is not None else "  -  "
        lead = [Cell(f"{stamp} - ", "muted")]
        if line.outputs is not None:
            lead.append(Cell(f"[outputs {line.outputs}] ", "accent"))
        lines.append(Paragraph(quote(line.sentence, 2000), "quote", tuple(lead)))
        lines += [Paragraph(f"    {quote(detail, 2000)}", "quote") for detail in line.details]
    if len(view.progress.lines) >= _PROGRESS:
        lines.append(Paragraph("… earlier ones stand in its progress.md", "muted"))
    if not view.progress.lines and not view.progress.error:
        lines.append(Paragraph("nothing written yet", "muted"))
    return tuple(lines)


def _reported_lines(view: AgentView, activity: ActivityState) -> Iterable[Paragraph]:
    """What a program says that a person should know: notes, refusals, messages that reached it, its sub-agents."""
    problems = {problem.text for problem in view.problems}
    for note in activity.notes:
        if note.text not in problems:
            yield Paragraph(quote(note.text, 500), "warning")
    for denied in activity.denied[-_DENIED:]:
        yield Paragraph(quote(denied, 500), "", (Cell("denied  ", "danger"),))
    for key, at in activity.delivered[-_DELIVERED:]:
        yield Paragraph(f"message {quote(key, 40)} was delivered", "accent", (Cell(f"{clock_text(at)} ", "muted"),))
    for each in activity.subagents:
        doing = f": {quote(each.doing, 200)}" if each.doing else ""
        kind = f"{quote(each.kind, 40)}  " if each.kind else ""
        yield Paragraph(f"{quote(each.description, 200)}{doing}", "", (Cell(f"sub-agent  {kind}", "notice"),))


def text_page(text: str | None, absent: str) -> tuple[Paragraph, ...]:
    """A text of several lines; `absent` where there is none."""
    if text is None:
        return (Paragraph("reading", "muted"),)
    if not text.strip():
        return (Paragraph(absent, "muted"),)
    return tuple(map(Paragraph, shown_lines(text)))


@lru_cache(maxsize=8)
def shown_lines(text: str) -> tuple[str, ...]:
    """A long text as lines for the screen; where it goes on, how much there is, and the key that copies all of it."""
    head = beginning(text, SHOWN, "yy copies all of it")
    return tuple(clean_block(head, SHOWN_LINES, 2 * SHOWN).split("\n"))


def process_page(view: AgentView, data: DetailData | None, now: Now) -> tuple[Paragraph, ...]:
    """How it runs: identity, tree of processes, how it ended, what could not be excluded."""
    lines: list[Paragraph] = []
    if view.liveness is not None:
        lines.append(Paragraph(f"its process is {view.liveness.value}"))
    if view.stray is not None:
        lines += _stray_lines(view.stray, now)
    if view.record is not None:
        lines += _record_lines(view.record, now)
    if view.activity is not None:
        lines += _program_lines(view)
    rows = data.processes if data is not None else None
    if rows:
        lines += [_process_line(row) for row in rows]
    elif rows is not None:
        lines.append(Paragraph("no process of it runs", "muted"))
    if view.exit is not None:
        lines += _exit_lines(view.exit)
    if data is not None:
        lines += [labelled("stderr", quote(line, 500), "quote") for line in data.stderr]
        if data.environment:
            names = ", ".join(quote(name, 80) for name in data.environment)
            lines.append(labelled("environment of its spawn", f"{names} (names only)", "muted"))
    return tuple(lines) or (Paragraph("nothing is known of a process", "muted"),)


_TIES = {
    Tie.DESCENT: "it runs below the agent's own processes",
    Tie.MARKER: "it carries a marker of this home",
    Tie.PLACE: "it works in the agent's directory, without a terminal",
}


def _stray_lines(stray: Stray, now: Now) -> Iterable[Paragraph]:
    ago = short_duration(max(0.0, now.wall - stray.started_at))
    yield labelled("stray", f"pid {stray.process.pid}, started {ago} ago, not through the engine: {_TIES[stray.tie]}")
    if stray.cwd:
        yield labelled("works in", quote(stray.cwd, 300))


def _record_lines(record: Record, now: Now) -> Iterable[Paragraph]:
    for word, identity in (("program", record.process), ("keeper", record.keeper)):
        if identity is not None:
            yield labelled(word, f"pid {identity.pid}")
    ago = short_duration(now.awake - record.spawned)
    yield labelled("spawned", f"{ago} ago by {quote(record.requested_by, 80)}, spawn {quote(record.spawn_id, 80)}")
    if record.worktree is not None:
        yield labelled("worktree", quote(f"{record.worktree.path} on {record.worktree.branch}", 300))
    if record.why:
        yield labelled(record.ending.value if record.ending is not None else record.phase.value, quote(record.why, 500))
    if record.unverified:
        yield Paragraph(quote(record.unverified, 500), "danger", (Cell("could not be excluded  ", "danger"),))
    if record.may_have_left:
        yield labelled("may have left", ", ".join(quote(each, 80) for each in record.may_have_left))


def _program_lines(view: AgentView) -> Iterable[Paragraph]:
    activity, tokens = view.activity, view.tokens
    if activity is None:
        return
    if activity.session:
        runs = f", run {activity.runs}" if activity.runs > 1 else ""
        yield labelled("session", f"{quote(activity.session, 100)}{runs}")
    if activity.model:
        ordered = f" (ordered: {quote(activity.ordered_model, 60)})" if activity.ordered_model != activity.model else ""
        yield labelled("model", f"{quote(activity.model, 60)}{ordered if activity.ordered_model else ''}")
    if tokens is not None:
        parts = (("in", tokens.input), ("out", tokens.output), ("cache read", tokens.cache_read))
        counts = "  ".join(
            f"{short_count(count)} {word}" for word, count in (*parts, ("cache write", tokens.cache_write))
        )
        yield labelled("tokens", f"{counts}  {short_money(view.cost_usd)}")
    if activity.turns:
        yield labelled("turns", f"{activity.turns}")


def _process_line(row: ProcessRow) -> Paragraph:
    cpu = f"{row.cpu_percent:5.1f}%" if row.cpu_percent is not None else "     -"
    rss = f"{short_bytes(row.rss_bytes):>9}" if row.rss_bytes is not None else "        -"
    role = "danger" if row.state in ("Z", "T") else "muted"
    indent = "  " * min(row.depth, 20)
    lead = (Cell(f"{indent}{row.pid} "), Cell(f"{quote(row.state, 8) or '-'} ", role), Cell(f"{cpu} {rss}  ", "muted"))
    return Paragraph(quote(row.command, 500), "quote", lead)


def _exit_lines(ended: Exit) -> Iterable[Paragraph]:
    code = "unknown" if ended.code is None else f"signal {-ended.code}" if ended.code < 0 else str(ended.code)
    yield labelled("exit code", f"{code} at {clock_text(ended.at)}", "good" if ended.code == 0 else "danger")
    if ended.error:
        yield Paragraph(quote(ended.error, 500), "danger")
    for word, swept in (("ended with it", ended.found), ("left", ended.left)):
        yield from (
            labelled(word, quote(f"{process.pid} {process.command} {process.how}", 500), "quote") for process in swept
        )


def events_page(
    view: AgentView, events: "tuple[EventRow, ...] | None", beats: tuple[Beat, ...], charset: Charset = UNICODE
) -> tuple[Paragraph, ...]:
    """Its life over the last heartbeats in one line, then what was done by it and to it, the newest on top."""
    from widgets.timeline import lifeline

    life = lifeline(view, beats[-_BEATS:], charset)
    lines = [Paragraph("", "", (Cell("heartbeats ", "muted"), *life))] if life else []
    if events is None:
        return (*lines, Paragraph("reading", "muted"))
    if not events:
        return (*lines, Paragraph("nothing recorded", "muted"))
    earlier = [Paragraph("… earlier ones: swarm-tui events --agent ID", "muted")] if len(events) >= SHOWN_EVENTS else []
    return (*lines, *(_event_line(event, charset) for event in reversed(events)), *earlier)


def _event_line(event: "EventRow", charset: Charset) -> Paragraph:
    mark = Cell(f"{charset.ended} ", "good") if event.ok else Cell(f"{charset.failed} ", "danger")
    code = f"{quote(event.code, 40)} " if event.code else ""
    lead = (
        Cell(f"{clock_text(event.at)} ", "muted"),
        mark,
        Cell(f"{quote(event.verb, 40)} ", "" if event.ok else "danger"),
    )
    by = f" by {quote(event.actor, 80)}" if event.actor else ""
    return Paragraph(f"{code}{quote(event.reason, 500)}{by}".strip(), "quote", lead)
