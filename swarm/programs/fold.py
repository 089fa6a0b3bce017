"""What a stream of activities adds up to: pure, for any order of activities and any number of them."""

from collections.abc import Iterable

from swarm.model.activity import Activity, ActivityState, Calls, Kind, Note, OpenTool, SubAgent, Tokens, TurnEnd
from swarm.model.values import replace
from swarm.programs.call_history import with_call
from swarm.programs.handing import handed

EMPTY = ActivityState()
MAX_OPEN = 64
MAX_SUBAGENTS = 256
MAX_DENIED = 20
MAX_DELIVERED = 20
MAX_NOTES = 8
MAX_TEXT = 400
"""Characters that are kept of a text: what was said in full is in the transcript."""
_OWN_WORK = frozenset({Kind.TEXT, Kind.TOOL_OPEN, Kind.TOOL_CLOSED})
_OF_SUBAGENTS = frozenset({Kind.SUBAGENT_STARTED, Kind.SUBAGENT_PROGRESS, Kind.SUBAGENT_ENDED})
_NOTED = frozenset({Kind.MODEL_CHANGED, Kind.MCP_SERVER, Kind.NOTE})


def fold(state: ActivityState, activity: Activity, seen_at: float) -> ActivityState:
    """What it is doing after this activity. seen_at: wall seconds at which it was seen, where it has no time itself.

    Never raises; no tuple grows beyond its bound, the oldest falls out. A sign of life is whatever `counts`: it ends a
    streak of retries. A run that begins has nothing of the tools, sub-agents and troubles of the run before it.
    """
    return fold_all(state, ((activity, seen_at),))


def fold_all(state: ActivityState, activities: Iterable[tuple[Activity, float]]) -> ActivityState:
    """The same for many, each with the wall seconds it was seen at. A frozen value a step would cost the most."""
    now = _Now(state)
    for activity, seen_at in activities:
        _take(now, activity, seen_at)
    return ActivityState(*[getattr(now, name) for name in _NAMES])


_NAMES = ActivityState.__struct_fields__


class _Now:
    """An ActivityState while it is folded, field by field."""

    __slots__ = _NAMES

    session: str
    model: str
    ordered_model: str
    runs: int
    open_tools: tuple[OpenTool, ...]
    last_text: str
    retrying: str
    retries: int
    retries_limit: int
    retried_at: float
    last_at: float
    spoke: bool
    answered: bool
    in_turn: bool
    turns: int
    turn_end: TurnEnd | None
    subagents: tuple[SubAgent, ...]
    background: int
    tokens: Tokens | None
    cost_usd: float | None
    unpriced: bool
    context: int | None
    context_limit: int | None
    denied: tuple[str, ...]
    denials: int
    delivered: tuple[tuple[str, float], ...]
    notes: tuple[Note, ...]
    untold: bool
    calls: Calls
    handed: tuple[str, ...]

    def __init__(self, state: ActivityState) -> None:
        for name in _NAMES:
            setattr(self, name, getattr(state, name))


def _take(now: _Now, activity: Activity, seen_at: float) -> None:
    at = _moment(activity, seen_at)
    kind = activity.kind
    now.spoke = kind is not Kind.RUN
    if activity.counts and kind is not Kind.RETRYING:
        _served(now)
        now.last_at = max(now.last_at, at)
    if kind is Kind.RUN:
        _served(now)
        _in_turn(now)
        now.runs += 1
        now.untold = now.untold or activity.error
        now.ordered_model = activity.model or now.ordered_model
        now.open_tools, now.subagents, now.notes, now.background = (), (), (), 0
        now.calls = replace(now.calls, repeated=0, failed=0)
        now.answered = False
    elif kind is Kind.STARTED:
        _in_turn(now)
        now.session = activity.key or now.session
        now.model = activity.model or now.model
        now.ordered_model = now.ordered_model or activity.model
    elif kind in _OWN_WORK or kind is Kind.DELIVERED:
        _work(now, activity, at)
    elif kind is Kind.RETRYING:
        _in_turn(now)
        now.retrying = _short(activity.text) or "the model service refuses"
        now.retries = activity.count or now.retries + 1
        now.retries_limit = activity.limit
        now.retried_at = max(now.retried_at, at)
    elif kind is Kind.TURN_ENDED:
        _turn_ended(now, activity)
    elif kind in _OF_SUBAGENTS:
        _subagent(now, activity, at)
    elif kind is Kind.BACKGROUND:
        now.background = max(0, activity.count)
    elif kind is Kind.USAGE:
        _usage(now, activity)
    else:
        _remark(now, activity)


def _in_turn(now: _Now) -> None:
    now.in_turn, now.turn_end = True, None


def _served(now: _Now) -> None:
    """The model service answers."""
    now.retrying, now.retries, now.retries_limit = "", 0, 0


def _moment(activity: Activity, seen_at: float) -> float:
    """What a program says of a time is believed only where it is not in the future."""
    at = activity.at
    return at if at is not None and 0 <= at <= seen_at else seen_at


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _work(now: _Now, activity: Activity, at: float) -> None:
    """Words and tools. Those of a sub-agent do not say that the agent's own turn goes on: it may work in its rear."""
    if not activity.parent and activity.kind is not Kind.TOOL_CLOSED:
        _in_turn(now)
    now.answered = now.answered or activity.kind is not Kind.DELIVERED
    if activity.kind is Kind.TEXT:
        if activity.text and not activity.parent:
            now.last_text = _short(activity.text)
        return
    if activity.kind is Kind.DELIVERED:
        if activity.key:
            others = tuple(each for each in now.delivered if each[0] != activity.key)
            now.delivered = (*others, (activity.key, at))[-MAX_DELIVERED:]
        return
    others_open = tuple(tool for tool in now.open_tools if tool.key != activity.key)
    if activity.kind is Kind.TOOL_CLOSED:
        opened = next((tool for tool in now.open_tools if tool.key == activity.key), None)
        now.open_tools = others_open
        now.calls = with_call(now.calls, opened, activity, at)
        return
    now.handed = tuple(dict.fromkeys((*now.handed, *handed(activity.text))))
    begun = OpenTool(activity.key, activity.tool, _short(activity.text), at, activity.parent, activity.digest)
    now.open_tools = (*others_open, begun)[-MAX_OPEN:]


def _turn_ended(now: _Now, activity: Activity) -> None:
    """Whatever the agent itself had open is over; its sub-agents may work on."""
    _served(now)
    now.in_turn = False
    now.turns += 1
    now.turn_end = TurnEnd(not activity.error, _short(activity.text), activity.trouble, activity.until)
    if activity.error:  # the next turn may begin before anybody has looked
        words = f"a turn failed: {activity.text}" if activity.text else "a turn failed"
        _note(now, Note(Kind.TURN_ENDED, _short(words)))
    now.open_tools = tuple(tool for tool in now.open_tools if tool.parent)


def _subagent(now: _Now, activity: Activity, at: float) -> None:
    known = next((each for each in now.subagents if each.key == activity.key), None)
    others = tuple(each for each in now.subagents if each.key != activity.key)
    if activity.kind is Kind.SUBAGENT_ENDED:
        now.subagents = others
    elif activity.kind is Kind.SUBAGENT_STARTED:
        begun = SubAgent(
            key=activity.key,
            description=_short(activity.text),
            kind=activity.tool,
            depth=activity.depth,
            since=known.since if known is not None else at,
            tokens=activity.count,
            parent=activity.parent,
        )
        now.subagents = (*others, begun)[-MAX_SUBAGENTS:]
    elif known is not None:
        fresh = replace(
            known,
            doing=_short(activity.text) or known.doing,
            tokens=max(known.tokens, activity.count),
            depth=activity.depth or known.depth,
            parent=activity.parent or known.parent,
        )
        now.subagents = tuple(fresh if each is known else each for each in now.subagents)


def _usage(now: _Now, activity: Activity) -> None:
    """Activities carry totals of the whole stream: what is not said stays as it was."""
    now.tokens = activity.tokens if activity.tokens is not None else now.tokens
    now.cost_usd = activity.cost_usd if activity.cost_usd is not None else now.cost_usd
    now.unpriced = activity.unpriced
    now.context = activity.context if activity.context is not None else now.context
    now.context_limit = activity.context_limit if activity.context_limit is not None else now.context_limit


def _remark(now: _Now, activity: Activity) -> None:
    text = _short(activity.text)
    if activity.kind is Kind.DENIED:
        now.denials += 1
        now.denied = (*now.denied, _short(f"{activity.tool} {text}".strip()))[-MAX_DENIED:]
        return
    if activity.kind is Kind.MODEL_CHANGED:
        now.model = activity.model or now.model
    if activity.kind in _NOTED and activity.error and text:
        _note(now, Note(activity.kind, text))


def _note(now: _Now, noted: Note) -> None:
    now.notes = (*(note for note in now.notes if note != noted), noted)[-MAX_NOTES:]
