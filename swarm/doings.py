"""What a stream of activities adds up to: pure, for any order of activities and any number of them."""

from dataclasses import replace

from swarm.activity import Activity, Doings, Kind, OpenTool, SubAgent, TurnEnd

EMPTY = Doings()
MAX_OPEN = 64
MAX_SUBAGENTS = 256
MAX_DENIED = 20
MAX_TOLD = 20
MAX_NOTES = 8
MAX_TEXT = 400
"""Characters that are kept of a text: what was said in full is in the transcript."""
_OWN_WORK = frozenset({Kind.TEXT, Kind.TOOL_OPEN, Kind.TOOL_CLOSED})


def fold(doings: Doings, activity: Activity, seen_at: float) -> Doings:
    """What it is doing after this activity. seen_at: wall seconds at which it was seen, where it has no time itself.

    Never raises; no tuple grows beyond its bound, the oldest falls out. A sign of life is whatever `counts`: it ends a
    streak of retries. A run that begins knows nothing of the tools and sub-agents of the run before it.
    """
    at = _moment(activity, seen_at)
    kind = activity.kind
    if activity.counts and kind is not Kind.RETRYING:
        doings = replace(_served(doings), last_at=max(doings.last_at, at))
    if kind is Kind.RUN:
        return replace(
            _in_turn(_served(doings)),
            runs=doings.runs + 1,
            ordered_model=activity.model or doings.ordered_model,
            open_tools=(),
            subagents=(),
        )
    if kind is Kind.STARTED:
        return replace(
            _in_turn(doings),
            session=activity.key or doings.session,
            model=activity.model or doings.model,
            ordered_model=doings.ordered_model or activity.model,
        )
    if kind in _OWN_WORK or kind is Kind.TOLD:
        return _work(doings, activity, at)
    if kind is Kind.RETRYING:
        return replace(
            _in_turn(doings),
            retrying=_short(activity.text) or "the model service refuses",
            retries=activity.count or doings.retries + 1,
            retries_limit=activity.limit,
        )
    if kind is Kind.TURN_ENDED:
        return _turn_ended(doings, activity)
    if kind in (Kind.SUBAGENT_STARTED, Kind.SUBAGENT_PROGRESS, Kind.SUBAGENT_ENDED):
        return _subagent(doings, activity, at)
    if kind is Kind.USAGE:
        return _usage(doings, activity)
    return _remark(doings, activity)


def _in_turn(doings: Doings) -> Doings:
    return doings if doings.in_turn and doings.turn_end is None else replace(doings, in_turn=True, turn_end=None)


def _served(doings: Doings) -> Doings:
    """The model service answers."""
    return replace(doings, retrying="", retries=0, retries_limit=0) if doings.retrying or doings.retries else doings


def _moment(activity: Activity, seen_at: float) -> float:
    """What a program says of a time is believed only where it is not in the future."""
    at = activity.at
    return at if at is not None and 0 <= at <= seen_at else seen_at


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _work(doings: Doings, activity: Activity, at: float) -> Doings:
    """Words and tools. Those of a sub-agent do not say that the agent's own turn goes on: it may work in its rear."""
    if not activity.parent and activity.kind is not Kind.TOOL_CLOSED:
        doings = _in_turn(doings)
    if activity.kind is Kind.TEXT:
        return replace(doings, last_text=_short(activity.text)) if activity.text and not activity.parent else doings
    if activity.kind is Kind.TOLD:
        if not activity.key:
            return doings
        others = tuple(told for told in doings.told if told[0] != activity.key)
        return replace(doings, told=(*others, (activity.key, at))[-MAX_TOLD:])
    others_open = tuple(tool for tool in doings.open_tools if tool.key != activity.key)
    if activity.kind is Kind.TOOL_CLOSED:
        return replace(doings, open_tools=others_open) if len(others_open) != len(doings.open_tools) else doings
    opened = OpenTool(activity.key, activity.tool, _short(activity.text), at, activity.parent)
    return replace(
        doings,
        open_tools=(*others_open, opened)[-MAX_OPEN:],
        last_tool=_short(f"{activity.tool} {activity.text}".strip()),
    )


def _turn_ended(doings: Doings, activity: Activity) -> Doings:
    """Whatever the agent itself had open is over; its sub-agents may work on."""
    return replace(
        _served(doings),
        in_turn=False,
        turns=doings.turns + 1,
        turn_end=TurnEnd(not activity.error, _short(activity.text)),
        open_tools=tuple(tool for tool in doings.open_tools if tool.parent),
    )


def _subagent(doings: Doings, activity: Activity, at: float) -> Doings:
    known = next((each for each in doings.subagents if each.key == activity.key), None)
    others = tuple(each for each in doings.subagents if each.key != activity.key)
    if activity.kind is Kind.SUBAGENT_ENDED:
        return replace(doings, subagents=others) if known is not None else doings
    if activity.kind is Kind.SUBAGENT_STARTED:
        begun = SubAgent(
            key=activity.key,
            description=_short(activity.text),
            kind=activity.tool,
            depth=activity.depth,
            since=known.since if known is not None else at,
            tokens=activity.count,
            parent=activity.parent,
        )
        return replace(doings, subagents=(*others, begun)[-MAX_SUBAGENTS:])
    if known is None:
        return doings
    now = replace(
        known,
        doing=_short(activity.text) or known.doing,
        tokens=max(known.tokens, activity.count),
        depth=activity.depth or known.depth,
        parent=activity.parent or known.parent,
    )
    return replace(doings, subagents=tuple(now if each is known else each for each in doings.subagents))


def _usage(doings: Doings, activity: Activity) -> Doings:
    """Activities carry totals of the whole stream: what is not told stays as it was."""
    return replace(
        doings,
        tokens=activity.tokens if activity.tokens is not None else doings.tokens,
        cost_usd=activity.cost_usd if activity.cost_usd is not None else doings.cost_usd,
        context=activity.context if activity.context is not None else doings.context,
        context_limit=activity.context_limit if activity.context_limit is not None else doings.context_limit,
    )


def _remark(doings: Doings, activity: Activity) -> Doings:
    text = _short(activity.text)
    if activity.kind is Kind.DENIED:
        words = _short(f"{activity.tool} {text}".strip())
        return replace(doings, denials=doings.denials + 1, denied=(*doings.denied, words)[-MAX_DENIED:])
    if activity.kind is Kind.MODEL_CHANGED:
        doings = replace(doings, model=activity.model or doings.model)
    if activity.kind in (Kind.MODEL_CHANGED, Kind.NOTE) and activity.error and text:
        others = tuple(note for note in doings.notes if note != text)
        return replace(doings, notes=(*others, text)[-MAX_NOTES:])
    return doings
