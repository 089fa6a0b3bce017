"""The one table of health: what state an agent is in, by which rule, on what evidence, and what comes next."""

from swarm.config.policy import Policy
from swarm.formatting import plural, spell_clock, spell_duration
from swarm.model.activity import SubAgent
from swarm.model.agent import Liveness
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.model.stray import Stray
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.looping.due_for_looping import ends_in, loops
from swarm.rules.looping.usefulness import usefulness
from swarm.rules.results.outcome import ended, gone, idle_words, is_gone, reported
from swarm.rules.service_wait import has_just_been_refused, refused_words, waiting_verdict
from swarm.rules.spared import (
    NOTHING_ENDS_IT,
    SPARED,
    WHILE_IT_TRIES,
    ending_words,
    held_words,
    spared_loop_words,
    spared_words,
)

TOOL_CHARACTERS = 80
"""Of what a tool is called with, in a verdict's words."""
# Asked of each agent, each second: Python 3.11 takes nine times as long for a member of an enum as for a name here.
_QUEUED, _STOPPING, _WAITING, _ENDED = Phase.QUEUED, Phase.STOPPING, Phase.WAITING, Phase.ENDED
_VALID, _LOOPING = ResultsState.VALID, Health.LOOPING
_ALIVE, _ELSEWHERE = Liveness.ALIVE, Liveness.ELSEWHERE


def verdict(
    view: AgentView,
    now: Now,
    policy: Policy,
    *,
    heartbeat_n: int,
    queued: bool = False,
    beat_at: float | None = None,
) -> Verdict:
    """The health of one agent (protocol.md, Health).

    heartbeat_n: the number of the last heartbeat. queued: it waits for a slot. beat_at: wall seconds of that heartbeat,
    where it is known. Its reason says why first, then that nothing ends it, where nothing does; of one that is being
    ended it says so. The first rule that holds decides:

    1.  queued.
    2.  The ledger has ended it: done, failed, killed or lost, as recorded. That is final; late results change nothing.
    3.  A person has taken it over in a terminal: held. The engine does not collect, free or end it meanwhile.
    4.  The root without a process: idle. It works in turns: an ended process and silence say nothing of it.
    5.  results.json is valid (the root has none): done, or failed where its status says so, also while it still runs.
    6.  waiting: its program ended for its service, so that it keeps its slot and is taken up again.
    7.  Its process is gone: starting where it is being started again, for what is seen is of its earlier run. Else
        failed where exit.json gives a code, lost where nothing tells (a reboot, a foreign kill), unknown where
        exit.json cannot be read.
    8.  Its directory or its progress.md is gone, replaced or cannot be read: unknown. Absence is never silence.
    9.  paused by the operator; 10. held by the operator.
    11. retrying: its program says that its model service fails, or it has waited for an answer for longer than
        `service.waiting_after`. Killing it would not help. Both explain silence up to `service.give_up_after`.
    12. looping: nothing is left that speaks for its usefulness (see `usefulness`). Only where updates arrive; where
        they do not, silence decides.
    13. By the age of its last update: overdue, investigate, late; starting (never wrote) or fresh.

    A sub-agent inside a program has none of these files: what the program says of it is all there is.

    Ages count awake seconds and leave out pauses. They are never negative, whatever the clocks did.
    """
    judged = _judge(view, now, policy, heartbeat_n, queued=queued, beat_at=beat_at)
    record = view.record
    if record is None or record.phase is not _STOPPING:
        return judged
    return replace(judged, why=ending_words(record), next_state=None, in_seconds=None, kill_in=None)


def _judge(
    view: AgentView, now: Now, policy: Policy, heartbeat_n: int, *, queued: bool, beat_at: float | None
) -> Verdict:
    record = view.record
    if view.inner is not None:
        return _inner(view.inner, now)
    if view.stray is not None and not view.observed.progress:
        return _stray(view.stray, now)
    if queued or (record is not None and record.phase is _QUEUED):
        return Verdict(Health.QUEUED, "waiting for a slot")
    if record is not None and record.phase is _ENDED:
        return ended(view, record, now, policy, heartbeat_n)
    age = age_of(view, now)
    if record is not None and record.taken_over:
        return _taken_over(record, age, now)
    if view.liveness is not _ALIVE and is_root(view, policy):
        return Verdict(Health.IDLE, idle_words(view, now), age=age)
    if view.results.state is _VALID and not is_root(view, policy):
        return reported(view, now, policy, heartbeat_n)
    if record is not None and record.phase is _WAITING and record.waiting is not None:
        return waiting_verdict(record, record.waiting, age, now)
    if is_gone(view):
        return _without_process(view, record, age)
    return _living(view, record, age, now, policy, heartbeat_n, beat_at)


def _without_process(view: AgentView, record: Record | None, age: float) -> Verdict:
    """What ran has ended: it is about to run again, to wait for its service, or it is over."""
    if record is not None and record.phase is Phase.SPAWNING:
        why = record.waiting.why if record.waiting is not None else ""
        said = f"it is being started again{f'; its program had ended: {why}' if why else ''}"
        return Verdict(Health.STARTING, said, age=age)
    if has_just_been_refused(view, record):
        return Verdict(Health.WAITING, refused_words(view), age=age)
    return gone(view, record, age)


def _living(
    view: AgentView,
    record: Record | None,
    age: float,
    now: Now,
    policy: Policy,
    heartbeat_n: int,
    beat_at: float | None,
) -> Verdict:
    """It runs: what the operator told it comes before what it does itself."""
    if view.absent:
        return Verdict(Health.UNKNOWN, f"{view.absent}{_last_heard(view, age, now)}", age=age)
    if view.progress.error:
        return Verdict(Health.UNKNOWN, f"progress.md cannot be read: {view.progress.error}", age=age)
    if record is not None and record.paused is not None:
        stopped = spell_duration(now.awake - record.paused)
        would = _by_age(view, record, age, now, policy)
        why = f"paused for {stopped}; {NOTHING_ENDS_IT}: it does not age meanwhile (it would be {would.state})"
        return Verdict(Health.PAUSED, why, age=age)
    if record is not None and record.held_until is not None and isheld_words(record, heartbeat_n):
        would = _by_age(view, record, age, now, policy)
        held = held_words(record, now, policy.heartbeat.period, heartbeat_n, beat_at)
        return Verdict(Health.HELD, f"{would.why.partition(SPARED)[0]}{held}", age=age)
    return _at_work(view, record, age, now, policy)


def _last_heard(view: AgentView, age: float, now: Now) -> str:
    """When it wrote its last words, which are still shown; '' where that was not seen."""
    if view.observed.progress is None:
        return ""
    at = view.changed_at if view.changed_at is not None else now.wall - age
    return f"; it last wrote at {spell_clock(at, now.wall)}, {spell_duration(age)} ago"


def _at_work(view: AgentView, record: Record | None, age: float, now: Now, policy: Policy) -> Verdict:
    """Its program may say that its model service fails; else its files tell."""
    if view.activity is None:
        return _by_age(view, record, age, now, policy)
    quiet = max(0.0, now.awake - view.heard) if view.heard is not None else 0.0
    if view.retrying and quiet < policy.service.give_up_after:  # a try that hangs is a program that hangs
        tries = f", {plural(view.retries, 'try', 'tries')} so far" if view.retries else ""
        return Verdict(Health.RETRYING, f"its program says: {view.retrying}{tries}; {WHILE_IT_TRIES}", age=age)
    silent, patience = waiting_for_model(view, now), policy.service.waiting_after
    if silent is not None and patience <= silent < policy.service.give_up_after:
        words = f"waiting for the model for {spell_duration(silent)}; {WHILE_IT_TRIES}"
        return Verdict(Health.RETRYING, words, age=age)
    judged = _by_age(view, record, age, now, policy)
    told = [words for words in (_open_tool(view, now), _failed_turn(view)) if words]
    if told and judged.state is not _LOOPING:
        judged = replace(judged, why="; ".join((judged.why, *told)))
    if silent is not None and silent < patience and judged.state in _YOUNG:
        left = patience - silent
        if judged.in_seconds is None or left < judged.in_seconds:
            return replace(judged, next_state=Health.RETRYING, in_seconds=left)
    return judged


def _failed_turn(view: AgentView) -> str:
    """`its last turn failed: 529 overloaded`; '' where it did not, or another one is under way."""
    end = view.activity.turn_end if view.activity is not None else None
    return f"its last turn failed{f': {end.why}' if end.why else ''}" if end is not None and not end.ok else ""


def _open_tool(view: AgentView, now: Now) -> str:
    """`in Bash for 4m: make test`; '' where no tool call is open. A silent agent in one ages all the same."""
    tools = view.activity.open_tools if view.activity is not None else ()
    if not tools:
        return ""
    tool = max((each for each in tools if not each.parent), key=lambda each: each.since, default=tools[-1])
    words = tool.text if len(tool.text) <= TOOL_CHARACTERS else f"{tool.text[: TOOL_CHARACTERS - 1]}…"
    for_so_long = f" for {spell_duration(max(0.0, now.wall - tool.since))}"
    return f"in {tool.tool or 'a tool'}{for_so_long}{f': {words}' if words else ''}"


def _taken_over(record: Record, age: float, now: Now) -> Verdict:
    since = f" for {spell_duration(now.awake - record.taken_at)}" if record.taken_at is not None else ""
    return Verdict(Health.HELD, f"taken over by {record.taken_over}{since}{SPARED}it does not age meanwhile", age=age)


def _inner(inner: SubAgent, now: Now) -> Verdict:
    """A sub-agent inside a program writes no progress.md, and has no process that could be looked at."""
    since = f" for {spell_duration(max(0.0, now.wall - inner.since))}" if inner.since else ""
    doing = f": {inner.doing}" if inner.doing else ""
    return Verdict(Health.FRESH, f"a sub-agent of the program's own{since}{doing}")


def _stray(stray: Stray, now: Now) -> Verdict:
    """A process that the ledger does not know reports nothing that could age."""
    runs = spell_duration(max(0.0, now.wall - stray.started_at))
    return Verdict(
        Health.FRESH, f"pid {stray.process.pid}, for {runs}, not spawned through the engine: {stray.command}"
    )


def waiting_for_model(view: AgentView, now: Now) -> float | None:
    """Awake seconds for which its program has waited for its model; None where it works, or does not tell.

    A turn is under way, no tool is open, no sub-agent works, and nothing came since: a model service that accepts and
    never answers is minutes of silence, with nothing in the stream (measured).
    """
    activity = view.activity
    if activity is None or view.heard is None or not activity.in_turn or activity.open_tools or activity.subagents:
        return None
    return max(0.0, now.awake - view.heard)


def age_of(view: AgentView, now: Now) -> float:
    """Awake seconds since the last update, pauses left out; an agent that never wrote ages from its spawn."""
    record = view.record
    if record is None:
        return max(0.0, now.awake - view.observed.changed)
    newest = view.observed if view.observed.changed >= record.observed.changed else record.observed
    # No agent is silent for longer than since its spawn, whatever an earlier observation says.
    changed, paused = (newest.changed, newest.paused) if newest.changed > record.spawned else (record.spawned, 0.0)
    waits = record.waiting.began if record.waiting is not None and record.phase is _WAITING else None
    until = now.awake
    for at in (record.paused, record.taken_at, waits):
        if at is not None and at < until:
            until = at
    return max(0.0, until - changed - max(0.0, record.paused_total - paused))


def is_root(view: AgentView, policy: Policy) -> bool:
    """It is the root of this swarm: it holds no slot, and no heartbeat ends it."""
    return view.id == policy.root.id


def is_archived(view: AgentView) -> bool:
    """It is the directory of an earlier spawn, put aside when its id was spawned again: there to be read, no more."""
    return view.record is not None and view.record.id != view.id


def isheld_words(record: Record, heartbeat_n: int) -> bool:
    """No heartbeat up to `held_until` may end it. heartbeat_n: the number of the last heartbeat."""
    return record.held_until is not None and heartbeat_n < record.held_until


def _by_age(view: AgentView, record: Record | None, age: float, now: Now, policy: Policy) -> Verdict:
    beat = policy.heartbeat
    period, investigate, limit = beat.period, beat.investigate_after * beat.period, beat.kill_after * beat.period
    stopping = record is not None and record.phase is _STOPPING
    mortal = record is not None and not view.foreign and beat.kill and not stopping
    mortal = mortal and view.liveness is not _ELSEWHERE and view.id != policy.root.id
    useful = usefulness(view, now, policy) if age < investigate else None
    if useful is not None and loops(useful):
        left = ends_in(view, now, policy)
        following, at = (Health.INVESTIGATE, investigate - age) if left is None else (Health.KILLED, left)
        why = useful.words + ("" if left is not None else spared_loop_words(view, policy))
        return Verdict(Health.LOOPING, why, following, at, age, kill_in=left, usefulness=useful)
    kill_in = max(0.0, limit - age) if mortal else None
    if age >= limit:
        why = f"{_silent(view, record, age, now)}; the limit is {spell_duration(limit)}"
        why += spared_words(view, policy)
        return Verdict(Health.OVERDUE, why, Health.KILLED if mortal else None, None, age, mortal, kill_in)
    if age >= investigate:
        why = f"{_silent(view, record, age, now)}; the limit is {spell_duration(limit)}{spared_words(view, policy)}"
        return Verdict(Health.INVESTIGATE, why, Health.OVERDUE, limit - age, age, kill_in=kill_in)
    following, bound = (Health.LATE, period) if period < investigate else (Health.INVESTIGATE, investigate)
    if age >= period:
        state, following, bound = Health.LATE, Health.INVESTIGATE, investigate
        why = _silent(view, record, age, now) + f"; an update is due every {spell_duration(period)}"
    elif not view.progress.lines:
        state, why = Health.STARTING, f"spawned {spell_duration(age)} ago, nothing written yet"
    else:
        state, why = Health.FRESH, f"updated {spell_duration(age)} ago"
    if useful is not None and useful.is_in_doubt:
        why += f"; useful {useful.score} %: {useful.evidence}"
    return Verdict(state, why, following, bound - age, age, kill_in=kill_in, usefulness=useful)


def _silent(view: AgentView, record: Record | None, age: float, now: Now) -> str:
    if view.progress.lines and view.changed_at is not None:
        return f"silent {spell_duration(age)}: no line in progress.md since {spell_clock(view.changed_at, now.wall)}"
    if record is not None:
        spawned = spell_clock(record.spawned_at, now.wall)
        return f"silent {spell_duration(age)}: nothing written since its spawn at {spawned}"
    return f"silent {spell_duration(age)}: no line in progress.md"


_YOUNG = (Health.FRESH, Health.STARTING, Health.LATE)
