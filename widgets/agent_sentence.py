"""The sentence of a row: what an agent said last; of whoever is not well, the reason first, short enough to be read."""

from swarm.model.activity import ActivityState
from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Record
from swarm.model.snapshot import AgentView, Problem
from swarm.rules.results.disputes import dispute_words, disputes_in
from swarm.rules.spared import ending_words
from widgets.agent_words import NO_VERDICT, is_ending, is_stray, is_subagent, is_unread, state_role, unread_role
from widgets.cells import Cell, Cells, coarse_duration, quote, short_duration
from widgets.charset import UNICODE, Charset

_EXPLAINED = frozenset(
    {
        *(Health.QUEUED, Health.PAUSED, Health.RETRYING, Health.WAITING, Health.UNKNOWN),
        *(Health.LOST, Health.KILLED, Health.FAILED),
    }
)
_SILENT = frozenset({Health.INVESTIGATE, Health.OVERDUE})


def sentence_cells(view: AgentView, verdict: Verdict, charset: Charset = UNICODE) -> Cells:
    """What the agent said last, or why it is not well; problems come first and by name."""
    if is_subagent(view):
        return (Cell(quote(view.description) or "a sub-agent of its own", "quote"),)
    if view.stray is not None and is_stray(view):
        pid = Cell(f"pid {view.stray.process.pid} ", "muted")
        return (Cell("!stray ", "warning"), pid, Cell(quote(view.description)))
    cells = [*_problem_cells(view), *_state_cells(view, verdict, charset)]
    return tuple(cell for cell in cells if cell.text)


def _problem_cells(view: AgentView) -> list[Cell]:
    cells: list[Cell] = []
    # That a role changed is true of many at once, and one alert says it: on every row it would hide what is of one.
    codes = dict.fromkeys(problem.code for problem in view.problems if problem.code is not ProblemCode.ROLE_OUTDATED)
    if codes:
        more = f"+{len(codes) - 1}" if len(codes) > 1 else ""
        cells.append(Cell(f"!{quote(next(iter(codes)), 40)}{more} ", "warning"))
    if view.foreign:
        cells.append(Cell("foreign ", "muted"))
    return cells


def _state_cells(view: AgentView, verdict: Verdict, charset: Charset) -> Cells:
    state, record = verdict.state, view.record
    if record is not None and is_ending(view):
        return (Cell(quote(ending_words(record)), "muted"),)
    if state is Health.DONE:
        waited = verdict.unread_beats if is_unread(view) else None
        heart = charset.heart if charset.unicode else "hb"
        lead = Cell(f"unread {waited}{heart} " if waited else "", unread_role(verdict) or "accent")
        status = Cell(f"results: {quote(view.results.status, 20)}  ", "accent" if is_unread(view) else "muted")
        return (lead, status, Cell(quote(view.results.summary), "quote"))
    if state is Health.DISPUTED:
        said = Cell(f"{quote(dispute_words(disputes_in(view)))}  ", "danger")
        return (said, Cell(quote(view.results.summary), "quote"))
    if state in _EXPLAINED and verdict is not NO_VERDICT:
        return (Cell(quote(_recorded_why(record) or verdict.why), "muted"),)
    if state is Health.HELD and record is not None and record.held_why:
        return (Cell(f"held: {quote(record.held_why)}", "muted"),)
    if state in _SILENT or state is Health.LOOPING:
        return (*_reason_cells(view, verdict), _said_cell(view))
    problem = next((each for each in view.problems if not each.code.is_note), None)
    return (_wrong_cell(problem) if problem is not None else _said_cell(view),)


def _recorded_why(record: Record | None) -> str:
    """Why it was ended; '' where it ended by itself."""
    return record.why if record is not None and record.ending not in (None, Ending.DONE) else ""


def _reason_cells(view: AgentView, verdict: Verdict) -> Cells:
    """`silent 38m, kill in 7m: `, `its last 6 updates say the same: `: why it is not well, and what comes."""
    role = state_role(verdict)
    if verdict.state is Health.LOOPING:
        why = verdict.usefulness.evidence if verdict.usefulness is not None else verdict.why
    else:
        since = "" if view.progress.lines else " since its spawn"
        why = f"silent {short_duration(verdict.age or 0.0)}{since}"
    if verdict.kill_due:
        why += ", next beat kills it"
    elif verdict.kill_in is not None:
        why += f", kill in {coarse_duration(verdict.kill_in)}"
    return (Cell(quote(why), role), Cell(": ", "muted"))


def _wrong_cell(problem: Problem) -> Cell:
    return Cell(quote(problem.text))


def _said_cell(view: AgentView) -> Cell:
    """Its last sentence; of one that has written none, what its program says that it does."""
    last = view.progress.last
    said = last.sentence if last is not None else _doing(view.activity) if view.activity is not None else ""
    if said or last is not None:
        return Cell(quote(said), "quote")
    return Cell("" if view.problems else "nothing written yet", "muted")


def _doing(activity: ActivityState) -> str:
    """The tool call that is open, else its last words."""
    for tool in reversed(activity.open_tools):
        if not tool.parent:
            return f"{tool.tool or 'tool'}: {tool.text}" if tool.text else tool.tool
    return activity.last_text
