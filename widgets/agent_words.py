"""What is said of an agent: its mark, words, figures and sentence, as pure functions of view, verdict and time."""

from swarm.model.health import Health, Verdict
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.repository import Changes
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.state_words import ENDING, word_of
from widgets.cells import Cell, Cells, coarse_duration, short_duration
from widgets.charset import UNICODE, Charset

STATE_ROLES: dict[Health, str] = {
    Health.STARTING: "muted",
    Health.FRESH: "good",
    Health.LATE: "notice",
    Health.INVESTIGATE: "warning",
    Health.OVERDUE: "danger",
    Health.LOOPING: "danger",
    Health.RETRYING: "notice",
    Health.WAITING: "notice",
    Health.DONE: "accent",
    Health.DISPUTED: "danger",
    Health.FAILED: "danger",
    Health.KILLED: "muted",
    Health.LOST: "muted",
    Health.QUEUED: "muted",
    Health.PAUSED: "muted",
    Health.HELD: "muted",
    Health.IDLE: "muted",
    Health.UNKNOWN: "warning",
}
"""The role of the colour of each state (protocol.md, Health)."""
NO_VERDICT = Verdict(Health.UNKNOWN, "no verdict yet")
"""While the first look at a large swarm is under way."""
LOOKING = "looking"
AGEING = frozenset(
    {Health.FRESH, Health.LATE, Health.INVESTIGATE, Health.OVERDUE, Health.LOOPING, Health.RETRYING, Health.HELD}
)
_WELL = frozenset({Health.FRESH, Health.STARTING, Health.IDLE})
SUBAGENT_MARK = "/~"
"""What stands in an id between an agent and the key of a sub-agent that its program runs."""
_DOUBTFUL = 50
"""Per cent of usefulness at which a row says so in any width."""


def state_mark(view: AgentView, verdict: Verdict, *, root: bool = False, charset: Charset = UNICODE) -> Cell:
    """The mark of an agent. A healthy agent shows what it is (root, spawner), any other its state."""
    role = state_role(verdict)
    if view.ghost:
        return Cell(charset.ghost, "notice" if is_subagent(view) else "warning")
    if is_ending(view):
        return Cell(charset.states[Health.KILLED], "muted")
    if root and verdict.state in _WELL:
        return Cell(charset.root, role)
    if spawns(view) and verdict.state is Health.FRESH:
        return Cell(charset.spawner, role)
    return Cell(charset.cut if verdict is NO_VERDICT else charset.states[verdict.state], role)


def state_role(verdict: Verdict) -> str:
    """The role of the colour of a state."""
    return "muted" if verdict is NO_VERDICT else STATE_ROLES[verdict.state]


def spawns(view: AgentView) -> bool:
    """It has slots for others, or has others below it."""
    return view.budget > 1 or view.children > 0


def is_subagent(view: AgentView) -> bool:
    """Whether it runs inside the program of the agent above it, which reported it."""
    return view.ghost and SUBAGENT_MARK in view.id


def is_stray(view: AgentView) -> bool:
    """Whether it is a process that the ledger does not know, and that reports nothing."""
    return view.stray is not None and not view.progress.lines


def is_ending(view: AgentView) -> bool:
    """Whether the agent is being stopped."""
    return view.record is not None and view.record.phase is Phase.STOPPING


def state_word(view: AgentView, verdict: Verdict, charset: Charset = UNICODE) -> str:
    """The word of the state; how often, where its program says that it tries again."""
    word = LOOKING if verdict is NO_VERDICT else word_of(view, verdict)
    return f"{word} {charset.times}{view.retries}" if word == Health.RETRYING and view.retries else word


def is_unread(view: AgentView) -> bool:
    """Whether it has results that are not read."""
    return view.results.state is ResultsState.VALID and view.record is not None and view.record.read_at is None


def unread_role(verdict: Verdict) -> str:
    """The role of the colour of results that have waited too long; '' where they have not."""
    return "danger" if verdict.orphaned_results else "warning" if verdict.stale_results else ""


def age_text(view: AgentView, verdict: Verdict, now: Now, charset: Charset = UNICODE) -> str:
    """How long ago, in heartbeats where results wait for a reader, or what stands in for it: at most ten columns."""
    state = verdict.state
    if is_ending(view):
        return ENDING
    if view.stray is not None and is_stray(view):
        return short_duration(max(0.0, now.wall - view.stray.started_at))
    if view.inner is not None and view.inner.since:
        return short_duration(now.wall - view.inner.since)
    if state in AGEING and verdict.age is not None:
        return short_duration(verdict.age)
    if verdict.unread_beats and (state is not Health.KILLED or verdict.stale_results):
        return f"unread {verdict.unread_beats}{charset.heart if charset.unicode else 'hb'}"
    if state is Health.DONE:
        ended = ended_at(view)
        word = "unread" if is_unread(view) else "done"
        return f"{word} {coarse_duration(now.wall - ended)}" if ended is not None else word
    if state in (Health.DISPUTED, Health.FAILED, Health.KILLED, Health.LOST):
        ended = ended_at(view)
        return f"{state.value} {coarse_duration(now.wall - ended)}" if ended is not None else state.value
    if verdict is NO_VERDICT:
        return LOOKING
    return state.value if state is not Health.INVESTIGATE else "investig."


def ended_at(view: AgentView) -> float | None:
    """When it ended or wrote its results, in wall seconds; of one that has not, when it wrote last."""
    if view.record is not None and view.record.ended_at is not None:
        return view.record.ended_at
    if view.exit is not None:
        return view.exit.at
    return view.results.mtime if view.results.state is ResultsState.VALID else view.changed_at


def bar_level(verdict: Verdict) -> float | None:
    """How far silence has gone towards the kill limit, 0 to 1; None where no kill is coming."""
    if verdict.kill_due:
        return 1.0
    if verdict.kill_in is None or verdict.age is None or verdict.state not in AGEING:
        return None
    limit = verdict.age + max(0.0, verdict.kill_in)
    return 1.0 if limit <= 0 else min(1.0, max(0.0, verdict.age / limit))


def bar(level: float, width: int, charset: Charset = UNICODE) -> str:
    """A bar of `width` columns, ends included, filled to `level` (0 to 1) in eighths of a column."""
    inner = width - 2
    if inner < 1:
        return ""
    eighths = round(level * inner * 8)
    if level > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    body = charset.blocks[8] * full + (charset.blocks[rest] if rest else "")
    return charset.bar_left + body.ljust(inner) + charset.bar_right


def outputs_text(view: AgentView, room: int = 99) -> str:
    """`5 out` as the engine counts, the agent's own count in brackets where it differs and there is room for it;
    `~5 out` where only the agent counts."""
    counted = view.observed.outputs
    last = view.progress.last
    claimed = last.outputs if last is not None else None
    if view.spec is not None and view.spec.outputs:
        both = f"{counted} out ({claimed})"
        return f"{counted} out" if claimed in (None, counted) or len(both) > room else both
    return f"~{claimed} out" if claimed is not None else ""


def useful_cell(verdict: Verdict) -> Cell:
    """`40%`: how useful what it does seems, where anything can be said of that (`swarm.rules.looping.usefulness`)."""
    useful = verdict.usefulness
    if useful is None:
        return Cell("")
    levels = ((0, "danger"), (_DOUBTFUL, "warning"), (99, "notice"))
    return Cell(f"{useful.score}%", next((role for most, role in levels if useful.score <= most), "muted"))


def doubt_cells(verdict: Verdict) -> Cells:
    """`useful 40% `, where a row has no column for that and it is in doubt."""
    useful = verdict.usefulness
    if useful is None or useful.score > _DOUBTFUL or verdict.state is Health.LOOPING:
        return ()
    return (Cell(f"useful {useful.score}% ", "warning"),)


def slots_text(view: AgentView, room: int = 99) -> str:
    """`slots 3/4` of an agent that spawns; the figures alone where the word has no room."""
    if not spawns(view) or (not view.used and view.record is not None and view.record.phase is Phase.ENDED):
        return ""
    words = f"slots {view.used}/{view.budget}"
    return words if len(words) <= room else f"{view.used}/{view.budget}"


def changes_cells(changes: Changes | None) -> Cells:
    """`7 changes`, and how many of them no commit has yet; nothing where there is none."""
    if changes is None or not changes.files:
        return ()
    more = "+" if changes.cut else ""
    count = f"{len(changes.files)}{more} change{'s' if len(changes.files) != 1 else ''}"
    loose = f", {changes.uncommitted} uncommitted" if changes.uncommitted else ""
    return (Cell(f"{count}{loose}  ", "accent"),)
