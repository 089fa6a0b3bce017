"""A heartbeat that the disk does not let begin: it still ends who is due, for one of them may have filled the disk."""

from contextlib import suppress

from swarm.errors import SwarmError
from swarm.heartbeat.execute import Executor
from swarm.home.context import Home
from swarm.model.beat import ActionKind
from swarm.model.plan import Executed
from swarm.model.time import Gap
from swarm.rules.plan import plan
from swarm.scan.scanner import Scanner


def end_what_is_due(home: Home, scanner: Scanner | None, gap: Gap | None) -> Executed:
    """Plans as a heartbeat would, and carries out its kills alone, each after a second look.

    gap: the hole in time since the last heartbeat, as for every plan. Their ends are recorded by the next one.
    """
    looking = scanner if scanner is not None else Scanner(home)
    snapshot = looking.full()
    planned = plan(snapshot, home.policy, home.now(), gap=gap, period=home.beat_period)
    hands = Executor(home, planned, snapshot, looking, Executed())
    for action in planned.actions:
        if action.kind is ActionKind.KILL:
            with suppress(SwarmError, OSError):  # the caller raises what it met first, and the others go on
                hands.kill(action)
    return hands.done
