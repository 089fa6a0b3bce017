"""The spawn gate: closed while the swarm is over its limit, its model service refuses it, or the disk is full.

For one agent, where the policy says so, while it leaves results unread.
"""

from collections.abc import Mapping

from swarm.admission import unread_results
from swarm.errors import Code, Refused
from swarm.home import disk
from swarm.home.context import Home
from swarm.ledger.state import State, clear_alert, raise_alert
from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.model.values import replace

CODES: Mapping[AlertCause, Code] = {
    AlertCause.DISK: Code.FULL,
    AlertCause.SWARM_LIMIT: Code.LIMIT,
    AlertCause.SERVICE: Code.SERVICE,
}
"""The alerts that close the gate, and the code of the refusals."""


def standing(state: State) -> Alert | None:
    """The alert that closes the gate, as the last look at the swarm left it, the limit first; None where it is open."""
    found = {alert.cause: alert for alert in state.alerts if not alert.agent and alert.cause in CODES}
    found.pop(AlertCause.DISK, None)  # whether there is room now is asked of the disk
    return next((found[cause] for cause in CODES if cause in found), None)


def refusal(home: Home, state: State) -> Refused | None:
    """Why this actor may not spawn now; None where it may.

    While the service refuses, the operator may spawn: only a try shows that it is back. A heartbeat checks by itself.
    On a full disk no actor may.
    """
    if (full := disk.refusal(home.layout)) is not None:
        return full
    if (unread := unread_results.refusal(home, state)) is not None:
        return unread
    alert = standing(state)
    if alert is None or home.actor.is_engine:
        return None
    if alert.cause is AlertCause.SERVICE:
        if home.actor.is_operator:
            return None
        return Refused(
            CODES[alert.cause],
            "Nothing is spawned while the model service refuses the swarm.",
            f"{alert.text}.",
            "Wait; with --queue it is started as soon as the service is back.",
        )
    return Refused(
        CODES[alert.cause],
        "Nothing is spawned while the swarm is over its limit.",
        f"{alert.text}.",
        "The operator may raise it in swarm.toml ([limits]); the next heartbeat looks again.",
    )


def warning(home: Home, state: State) -> str:
    """The warning for an operator who spawns through a closed gate; '' where there is none."""
    alert = standing(state)
    return alert.text if alert is not None and refusal(home, state) is None and home.actor.is_operator else ""


def update(home: Home, found: Mapping[AlertCause, str], *, only_clear: bool = False) -> bool:
    """Raises these alerts, by their cause, and clears those that are over. Commits only what changes.

    What is said of the service is kept true: how many are refused, and the time of the next try. That is no new alert.
    only_clear: raise and reword none; the caller records them itself. Returns whether anything changed.
    """
    before = {alert.cause: alert for alert in home.ledger.read().alerts if not alert.agent and alert.cause in CODES}
    words = found.get(AlertCause.SERVICE)
    said = before.get(AlertCause.SERVICE)
    reworded = said is not None and words is not None and said.text != words
    if not (before.keys() - found.keys()) and (only_clear or not (found.keys() - before.keys() or reworded)):
        return False

    def change(state: State) -> State:
        there = {alert.cause for alert in state.alerts if not alert.agent and alert.cause in CODES}
        for cause in there - found.keys():
            state = clear_alert(state, "", cause)
        if only_clear:
            return state
        for cause in found.keys() - there:
            state = raise_alert(state, "", cause, found[cause], "", home.clock.wall())
        return _reworded(state, words) if words is not None else state

    home.ledger.commit(change, purpose="open or close the spawn gate")
    return True


def _reworded(state: State, words: str) -> State:
    alerts = [
        replace(alert, text=words) if not alert.agent and alert.cause is AlertCause.SERVICE else alert
        for alert in state.alerts
    ]
    return replace(state, alerts=tuple(alerts))
