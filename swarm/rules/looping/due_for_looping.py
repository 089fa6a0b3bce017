"""What follows where an agent loops: a verdict, a warning that the agent reads, and an end where the policy says so.

To see it: an agent writes `Still browsing, attempt N.` six times and makes nothing. The next heartbeat raises `looping`
and warns it; the one that comes `[looping] warn_periods` later ends it, where it goes on like that.
"""

from collections.abc import Iterator, Mapping, Sequence

from swarm.config.policy import Policy
from swarm.formatting import spell_duration
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Usefulness, Verdict
from swarm.model.plan import Action
from swarm.model.record import Record
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.kills import Due
from swarm.rules.limits import in_play

_GETS_ON = (Health.FRESH, Health.STARTING, Health.LATE)
_LOOPING = Health.LOOPING


def loops(found: Usefulness | None) -> bool:
    """Whether an agent loops: nothing is left that speaks for it."""
    return found is not None and found.score <= 0


def ends_in(view: AgentView, now: Now, policy: Policy) -> float | None:
    """Awake seconds until a looping agent ends that was warned; None where no heartbeat ends it for that."""
    record = view.record
    if record is None or record.loop_warned is None or not _is_mortal(view, policy):
        return None
    return max(0.0, record.loop_warned + policy.looping.warn_periods * policy.heartbeat.period - now.awake)


def due_for_looping(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy, now: Now) -> dict[str, Due]:
    """The agents that loop still, though they were warned long enough ago. An acknowledged alert spares its agent:
    a person has looked."""
    spared = {
        alert.ref for alert in snapshot.alerts if alert.cause is AlertCause.LOOPING and alert.acked_at is not None
    }
    return {
        view.id: Due(f"looping, and warned {_warned_ago(view, now)} ago: {judged[view.id].why}", AlertCause.LOOPING)
        for view in snapshot.agents
        if judged[view.id].state is _LOOPING
        and in_play(view)
        and view.ref not in spared
        and ends_in(view, now, policy) == 0.0
    }


def loop_warnings(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy) -> Iterator[Action]:
    """The warnings of those that loop and have not been warned: gently first, and once for each loop."""
    for view in snapshot.agents:
        one = judged[view.id]
        if one.state is _LOOPING and in_play(view) and view.record is not None and view.record.loop_warned is None:
            evidence = one.usefulness.evidence if one.usefulness is not None else ""
            words, once = _warning(evidence, policy), warning_of(snapshot.heartbeat_n + 1)
            yield Action(ActionKind.WARN, view.id, view.spawn_id, words, AlertCause.LOOPING, once=once)


def warning_of(heartbeat_n: int) -> str:
    """The name of the warning that this heartbeat gives."""
    return f"{AlertCause.LOOPING}-{heartbeat_n}"


def warned(record: Record, told: Sequence[str], judged: Health, n: int, awake: float) -> Record:
    """The record after heartbeat `n`, at which its agent was told `told`: warned from now on, or loops no more.

    A silence, a hold or a pause in between is no sign that it stopped looping. awake: awake seconds.
    """
    if warning_of(n) in told:
        return replace(record, loop_warned=awake)
    if record.loop_warned is not None and judged in _GETS_ON:
        return replace(record, loop_warned=None)
    return record


def _warning(evidence: str, policy: Policy) -> str:
    """What an agent is told that loops. evidence: in words of the engine, without those of the agent."""
    after = spell_duration(policy.looping.warn_periods * policy.heartbeat.period)
    ends = policy.looping.then != "alert" and policy.heartbeat.kill
    what = f"If that goes on, you are ended in {after}." if ends else "Your parent and the operator see it."
    return (
        f"You count as looping: {evidence}. Where you get on, let it be seen: write your outputs, and say how much of "
        "how much is done (17 of 400). Where you are stuck, try another way, or report what hinders you with "
        f"swarm-tui done --status failed. {what}"
    )


def _is_mortal(view: AgentView, policy: Policy) -> bool:
    return policy.looping.then != "alert" and policy.heartbeat.kill and not view.foreign and view.id != policy.root.id


def _warned_ago(view: AgentView, now: Now) -> str:
    warned = view.record.loop_warned if view.record is not None else None
    return spell_duration(now.awake - warned) if warned is not None else ""
