"""What speaks for and against an agent whose updates arrive, and the score that follows (field report, failure 3)."""

import weakref
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.formatting import plural, spell_duration
from swarm.model.agent import Scope
from swarm.model.health import Usefulness
from swarm.model.record import Record
from swarm.model.reports import Progress
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.looping.cadence import clockwork
from swarm.rules.looping.observation import awake_at, were_counted
from swarm.rules.looping.repetition import Repetition, find_repetition, moves_forward

CALM_CALLS = 3
"""Calls in a row that were made before, or failed, and are nothing yet: one looks twice."""
UNSURE = 60
"""What at most speaks against an agent that has said too little, or read too little, to be judged."""


class Said(NamedTuple):
    """What the updates of an agent show by themselves."""

    repetition: Repetition
    every: float | None
    """Seconds between its updates, where they come like clockwork."""


class Sign(NamedTuple):
    """Something that speaks against an agent. doubt: 0 to 100, where it loops."""

    doubt: float
    evidence: str
    quote: str = ""


_CALM = Usefulness(100, "nothing speaks against it")
_known: dict[int, tuple["weakref.ref[Progress]", int, Said]] = {}
"""By the object: updates that were compared, for as long as a view holds them. Views keep them until the file changes,
and verdicts are asked every second."""


def usefulness(view: AgentView, now: Now, policy: Policy) -> Usefulness | None:
    """Whether what a running agent does leads anywhere; the caller asks only where updates arrive.

    Something new that it made within a period outweighs everything. Else the worst of these counts: declared outputs
    that do not come, updates that repeat themselves, changing words while nothing is made, and where its program tells
    its calls: the same ones with the same results, failures in a row, reading without writing.

    None for one below which others work, for they are what it is there for, and where nothing is known.
    """
    if view.used > 1:
        return None
    made = last_made(view, now)
    if made is not None and now.awake - made < policy.heartbeat.period:
        return Usefulness(100, f"it made something new {spell_duration(max(0.0, now.awake - made))} ago")
    worst = _of_files(view, made, now, policy)
    calls = _of_calls(view, made, now, policy) if view.activity is not None else ()
    for sign in (*calls, _of_sentences(view, policy)):
        if sign is not None and (worst is None or sign.doubt > worst.doubt):
            worst = sign
    if worst is None or worst.doubt < 1:
        return _CALM if view.progress.lines else None
    return Usefulness(100 - round(min(100.0, worst.doubt)), worst.evidence, worst.quote)


def said(progress: Progress, policy: Policy) -> Said:
    """What the updates of an agent show, compared once for each change of them."""
    least, place = policy.heartbeat.loop_sentences, id(progress)
    known = _known.get(place)
    if known is not None and known[0]() is progress and known[1] == least:
        return known[2]
    every = clockwork(progress.lines)
    found = Said(find_repetition(progress.lines, least, by_clock=every is not None), every)
    _known[place] = weakref.ref(progress, partial(_forget, place)), least, found
    return found


def _forget(place: int, gone: "weakref.ref[Progress]") -> None:
    """Lets go of updates that no view holds. Others may stand in their place by now."""
    known = _known.get(place)
    if known is not None and known[0] is gone:
        del _known[place]


def last_made(view: AgentView, now: Now) -> float | None:
    """Awake seconds at which it last made something new, as files and its program's calls tell; None for never."""
    record, activity = view.record, view.activity
    made = view.observed.outputs_changed if view.observed.outputs else None
    if record is not None and record.observed.outputs:
        made = _later(made, record.observed.outputs_changed)
    if activity is not None and activity.calls.wrote_at and not _declares(view):
        made = _later(made, min(now.awake, awake_at(activity.calls.wrote_at, now)))
    return made


def _later(one: float | None, other: float) -> float:
    return other if one is None or other > one else one


def is_in_question(record: Record, progress: Progress, now: Now, policy: Policy) -> bool:
    """Whether it matters what an agent without declared outputs has made: its updates do not speak for themselves."""
    if len(progress.lines) < policy.heartbeat.loop_sentences:
        return False
    old = now.awake - record.spawned >= policy.heartbeat.period
    return old or said(progress, policy).repetition.share > 0


def _declares(view: AgentView) -> bool:
    return view.spec is not None and bool(view.spec.outputs)


def _of_sentences(view: AgentView, policy: Policy) -> Sign | None:
    if not view.progress.lines:
        return None
    repetition, every = said(view.progress, policy)
    if not repetition.share:
        return None
    regular = f", every {spell_duration(every)} like clockwork" if every is not None else ""
    return Sign(100 * repetition.share, repetition.text + regular, repetition.quote)


def _of_files(view: AgentView, made: float | None, now: Now, policy: Policy) -> Sign | None:
    """Updates arrive, and nothing new is made."""
    record = view.record
    if record is None or view.spec is None:
        return None
    limit = policy.heartbeat.loop_periods * policy.heartbeat.period
    if _declares(view):
        since = max(view.observed.outputs_changed, record.observed.outputs_changed, record.spawned)
    elif _makes_files(view, policy) and were_counted(view.observed):
        since = max(made or 0.0, record.spawned)
    else:
        return None
    # Pauses before the last output are left out too: this verdict comes rather late than wrongly.
    barren = now.awake - since - record.paused_total
    if barren < policy.heartbeat.period:
        return None
    doubt = 100 * barren / limit
    if _declares(view):
        words = f"updates arrive, but no new output for {spell_duration(barren)}; the limit is {spell_duration(limit)}"
        return Sign(doubt, words)
    if _moves(view, now, policy):
        return None
    enough = len(view.progress.lines) >= policy.heartbeat.loop_sentences
    regular = said(view.progress, policy).every
    how = f"like clockwork, every {spell_duration(regular)}" if regular is not None else "in other words each time"
    words = f"updates arrive {how}, but it has made nothing for {spell_duration(barren)}, and declares no outputs"
    return Sign(doubt if enough else min(doubt, UNSURE), words)


def _makes_files(view: AgentView, policy: Policy) -> bool:
    """Whether files can be expected of it: who orchestrates makes agents."""
    return view.spec is not None and view.spec.scope is not Scope.ORCHESTRATE and view.id != policy.root.id


def _moves(view: AgentView, now: Now, policy: Policy) -> bool:
    """Whether an agent that makes no files gets on all the same: it learns something new, or says how far it is."""
    activity = view.activity
    if activity is not None and activity.calls.learned_at:
        return now.awake - awake_at(activity.calls.learned_at, now) < policy.heartbeat.period
    return moves_forward(view.progress.lines[-policy.heartbeat.loop_sentences :])


def _of_calls(view: AgentView, made: float | None, now: Now, policy: Policy) -> Iterator[Sign]:
    assert view.activity is not None  # noqa: S101 the caller has looked
    calls, limits = view.activity.calls, policy.looping
    for count, limit, how, text in (
        (calls.repeated, limits.calls, "in a row were made before, with the same results", calls.repeated_text),
        (calls.failed, limits.failures, "in a row failed", calls.failed_text),
    ):
        if count > min(CALM_CALLS, limit - 1):
            yield Sign(100 * count / limit, f"its last {plural(count, 'tool call')} {how}", text)
    barren = now.awake - max(made or 0.0, _spawned(view.record))
    share = min(calls.reads / limits.reads, barren / (policy.heartbeat.loop_periods * policy.heartbeat.period))
    if calls.reads > CALM_CALLS and barren >= policy.heartbeat.period:
        words = f"its last {plural(calls.reads, 'tool call')} only read, and it wrote nothing for "
        yield Sign(100 * share, words + spell_duration(barren))


def _spawned(record: Record | None) -> float:
    return record.spawned if record is not None else 0.0
