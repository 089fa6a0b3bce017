"""Ends agents for another cause than silence, after a second look: at a heartbeat, and between two."""

from swarm.ending.intents import Order
from swarm.heartbeat.root import stop_turn
from swarm.home.context import Home
from swarm.lifecycle.stop import end_subtree
from swarm.model.causes import AlertCause
from swarm.model.plan import Action
from swarm.model.requests import StopOutcome
from swarm.rules.costs import spent
from swarm.rules.due_for_problems import CAUSES, due_for_problems, then_of
from swarm.rules.limits import agents_in_play, due_for_limits, swarm_over
from swarm.rules.looping.due_for_looping import due_for_looping
from swarm.rules.results.unread import due_for_neglect
from swarm.rules.verdicts import verdicts
from swarm.scan.scanner import Scanner

CAUSES_OF_ENDS = frozenset({AlertCause.LIMIT, AlertCause.RESULTS_ORPHANED, AlertCause.LOOPING, *CAUSES})
"""Causes for which agents end that are no matter of silence."""


def end_for_cause(home: Home, scanner: Scanner, action: Action) -> tuple[str, list[StopOutcome]]:
    """Ends an agent over its limit, with results unread, that loops, or with something found; after a second look.

    All below it ends too; of the root, its turn.

    Returns why it was spared ('' where it was not), and the agents that ended.
    """
    snapshot = scanner.rescan([str(home.layout.agent(action.agent).path)])
    fresh = snapshot.agent(action.agent)
    if action.ref.match(fresh) is None:
        return "it is not there any more, or was spawned anew", []
    now = home.now()
    judged = verdicts(snapshot, home.policy, now)
    if action.cause in CAUSES:
        due, spared = due_for_problems(snapshot, judged, home.policy), f"what was found of it ({action.cause}) is over"
    elif action.cause is AlertCause.RESULTS_ORPHANED:
        due, spared = due_for_neglect(snapshot, judged, home.policy), "it leaves no results unread"
    elif action.cause is AlertCause.LOOPING:
        due, spared = due_for_looping(snapshot, judged, home.policy, now), "it loops no more"
    else:
        over = swarm_over(spent(snapshot, now), home.policy)
        due, _ = due_for_limits(agents_in_play(snapshot), judged, home.policy, over)
        spared = "its limit is not used up"
    if action.agent not in due:
        return f"a second look says {judged[action.agent].state}, and that {spared}", []
    if home.is_root(action.agent):
        return "", stop_turn(home, action.reason)
    at_once = action.cause in CAUSES and then_of(action.cause, home.policy) == "kill"
    at_once = at_once or (action.cause is AlertCause.LOOPING and home.policy.looping.then == "kill")
    order = Order(action.reason, 0.0 if at_once else home.policy.stop.grace, str(home.actor), automatic=True)
    return "", end_subtree(home, action.ref, order)
