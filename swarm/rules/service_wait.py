"""How long an agent waits for its service before it is taken up again, and what is said of it. Pure."""

from collections.abc import Iterable, Mapping

from swarm.config.policy import Service
from swarm.formatting import plural, spell_clock, spell_duration
from swarm.model.activity import ActivityState, TurnEnd
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Phase, Record
from swarm.model.service import Trouble, Waiting
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now

MAX_NAMED_S = 8 * 86_400.0
"""Wall seconds: a service that names a later time than a week's limit ends has not named one."""
NAMED_SLACK_S = 15.0
"""Seconds after a named time: clocks differ, and the try must not come too early."""
MAX_DOUBLINGS = 30
DAY_S = 86_400.0


def refusal_of(activity: ActivityState | None) -> TurnEnd | None:
    """The end of a failed turn that its program ascribes to its service; None where there is none such."""
    end = activity.turn_end if activity is not None else None
    return end if end is not None and not end.ok and end.trouble is not None else None


def wait_after(before: Waiting | None, end: TurnEnd, now: Now, service: Service, *, answered: bool) -> Waiting:
    """The wait after a turn that ended for the service.

    before: the wait before this run, where the agent was taken up from one. answered: the model did something in this
    run, so that this trouble is a new one.
    """
    assert end.trouble is not None  # noqa: S101 the caller has asked `refusal_of`
    goes_on = before if before is not None and not answered else None
    tries = goes_on.tries + 1 if goes_on is not None else 0
    left = end.until - now.wall if end.until is not None else 0.0
    named = 0.0 < left <= MAX_NAMED_S
    if named:
        pause, patient_from = left + NAMED_SLACK_S, now.awake + left
    else:
        pause = min(service.retry_after * 2.0 ** min(tries, MAX_DOUBLINGS), service.retry_at_most)
        patient_from = goes_on.patient_from if goes_on is not None else now.awake
    over = not named and now.awake - patient_from >= service.give_up_after
    return Waiting(
        trouble=end.trouble,
        why=end.why,
        since=goes_on.since if goes_on is not None else now.awake,
        since_at=goes_on.since_at if goes_on is not None else now.wall,
        began=now.awake,
        patient_from=patient_from,
        worked=answered or (before is not None and before.worked),
        tries=tries,
        next_try=None if over else now.awake + pause,
        next_at=None if over else now.wall + pause,
        named=named,
    )


def has_worked(records: Iterable[Record], but: Record) -> bool:
    """Whether another agent of this program has used its model, or has come to an end as it should."""
    others = (record for record in records if record.program == but.program and record.id != but.id)
    return any(record.ending is Ending.DONE or any(record.tokens or ()) for record in others)


def is_due(waiting: Waiting, now: Now) -> bool:
    """Whether it is taken up again now. A time that the service named comes by the wall, asleep or awake."""
    if waiting.next_try is None:
        return False
    return now.awake >= waiting.next_try or (
        waiting.named and waiting.next_at is not None and now.wall >= waiting.next_at
    )


def served_again(snapshot: Snapshot) -> Mapping[str, float]:
    """By program: awake seconds at which an agent was taken up last whose model has answered since.

    Whoever began to wait before that need not wait for a pause of its own: the service is back.
    """
    back: dict[str, float] = {}
    for view in snapshot.agents:
        record = view.record
        over = record.waiting.over if record is not None and record.waiting is not None else None
        if record is None or over is None or record.phase is not Phase.RUNNING:
            continue
        if view.activity is not None and view.activity.answered:
            back[record.program] = max(over, back.get(record.program, over))
    return back


def may_try(record: Record, now: Now, back: Mapping[str, float]) -> bool:
    """Whether a waiting agent is taken up now: its time has come, or its service is back. back: of `served_again`."""
    waiting = record.waiting
    if record.phase is not Phase.WAITING or waiting is None or record.paused is not None or is_given_up(waiting):
        return False
    return is_due(waiting, now) or waiting.began < back.get(record.program, float("-inf"))


def is_given_up(waiting: Waiting | None) -> bool:
    """Whether it waits, and a person decides what becomes of it."""
    return waiting is not None and waiting.next_try is None


def waiting_verdict(record: Record, waiting: Waiting, age: float, now: Now) -> Verdict:
    """The health of an agent that waits: it has no process, its wait does not age it, and no heartbeat ends it."""
    if record.paused is not None:
        return Verdict(Health.PAUSED, f"paused while it waits: {waiting.why}", age=age)
    left = max(0.0, waiting.next_try - now.awake) if waiting.next_try is not None else None
    return Verdict(Health.WAITING, waiting_words(waiting, now), in_seconds=left, age=age)


def has_just_been_refused(view: AgentView, record: Record | None) -> bool:
    """Whether its process has ended for its service, and the ledger does not say yet that it waits."""
    end = view.ref.match(view.exit)
    runs = record is not None and record.phase is Phase.RUNNING
    by_itself = end is not None and not end.stopped and not end.error
    return runs and by_itself and refusal_of(view.activity) is not None


def refused_words(view: AgentView) -> str:
    """Why its program has just ended."""
    refused = refusal_of(view.activity)
    return f"its program ended for its service: {refused.why if refused is not None else ''}"


def waiting_words(waiting: Waiting, now: Now) -> str:
    """Why it waits, what comes next, and for how long it has waited by now."""
    said = waiting.why or _WORDS.get(waiting.trouble, str(waiting.trouble))
    tries = f", {plural(waiting.tries, 'try', 'tries')} so far" if waiting.tries else ""
    waits = f"{spell_duration(max(0.0, now.awake - waiting.since))}{tries}"
    return f"{said}; {next_words(waiting, now)}; its program ended for its service, and it has waited for {waits}"


def next_words(waiting: Waiting, now: Now) -> str:
    """When it is tried again, or that a person decides."""
    if waiting.next_try is None or waiting.next_at is None:
        return "nothing takes it up or ends it by itself: resume, respawn or kill it"
    if is_due(waiting, now):
        return "it is taken up at the next look"
    left = max(0.0, waiting.next_try - now.awake)
    at = spell_clock(waiting.next_at, waiting.next_at if left < DAY_S else now.wall)
    return f"the next try is at {at}, in {spell_duration(left)}"


_WORDS = {
    Trouble.OVERLOADED: "the service is overloaded",
    Trouble.UNREACHABLE: "the service cannot be reached",
    Trouble.LIMIT: "the account's limit is reached",
    Trouble.CREDIT: "the account has no credit",
    Trouble.LOGIN: "the login is not valid",
    Trouble.PROGRAM: "the program ends before it says anything",
}
"""Of a trouble about which the program said nothing more."""
