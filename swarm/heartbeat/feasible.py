"""What a plan promises of the schedule is tried as a draft first: a role that cannot run is said, not promised."""

from collections.abc import Iterator

from swarm.admission.draft import draft
from swarm.errors import Code, SwarmError
from swarm.heartbeat.starts import request_of_turn
from swarm.home.context import Home
from swarm.model.actor import ENGINE
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action, Plan
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.budgets.schedule import CANNOT_RUN
from swarm.rules.budgets.slots import ghosts_in


def without_empty_promises(home: Home, plan: Plan, snapshot: Snapshot) -> Plan:
    """Returns the plan in which a scheduled role that cannot be started is skipped, with the reason and an alert.

    Its role file is wrong, its program is not there, or runs nothing without words of its own. Reads only.
    """
    if not any(action.kind is ActionKind.SCHEDULE for action in plan.actions):
        return plan
    return replace(plan, actions=tuple(_truly(home, plan, snapshot)))


def _truly(home: Home, plan: Plan, snapshot: Snapshot) -> Iterator[Action]:
    for action in plan.actions:
        error = _why_not(home, action, plan.n, snapshot) if action.kind is ActionKind.SCHEDULE else None
        if error is None:
            yield action
            continue
        lasts = error.code is not Code.CRASH_LOOP  # that one ends by itself, and has an alert of its own
        text = f"{CANNOT_RUN if lasts else 'it is not started now'}: {error.title} {error.detail}".rstrip()
        yield Action(ActionKind.SKIP, action.agent, "", text, role=action.role)
        if lasts:
            yield Action(ActionKind.ALERT, "", "", f"[schedule] {action.role}: {text}", AlertCause.SCHEDULE)


def _why_not(home: Home, action: Action, n: int, snapshot: Snapshot) -> SwarmError | None:
    """The first thing that speaks against this start, beside room; None where nothing does."""
    request = request_of_turn(action, n, summary="")
    made = draft(replace(home, actor=ENGINE), request, home.ledger.read(), ghosts=ghosts_in(snapshot))
    return made.errors[0][1] if made.errors else None
