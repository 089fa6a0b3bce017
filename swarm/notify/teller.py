"""The process that tells the operator, beside the heartbeat: a target that hangs delays nobody.

    python -P -m swarm.notify.teller HOME < OWN_POLICY

It looks once, tells what is due, runs the commands on what has happened, pings, and ends. Two of a home at once is one
too many: the later one leaves it to the earlier.
"""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import msgspec

from swarm.config.notify_policy import NotifyPolicy, Target
from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State, clear_alert, raise_alert
from swarm.model.actor import ENGINE
from swarm.model.causes import AlertCause
from swarm.model.notification import Due, Memory, TargetMemory
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.notify import commands, deliver, events, memory
from swarm.notify.ping import ping
from swarm.notify.secrets import address_of
from swarm.notify.targets import targets
from swarm.rules.notifications import due_for
from swarm.scan.scanner import Scanner
from swarm.store import locks

MAX_WORDS = 1000


class Failure(NamedTuple):
    """Who could not be told, and why."""

    who: str
    why: str


def tell(home: Home, own: NotifyPolicy) -> list[Failure] | None:
    """One look: tells what is due, to the home's targets and to the operator's `own`. Returns what failed.

    Returns None where another process is at it. Raises SwarmError where the home cannot be read or written.
    """
    with locks.held(home.layout.notify_lock, 0.0) as mine:
        if not mine:
            return None
        snapshot = Scanner(home).full()
        known = memory.load(home.layout)
        heard = events.since(home, snapshot, known)
        # Remembered before anything is run: a command that brings this process down is not run again and again.
        memory.save(home.layout, heard.memory)
        known, failures = _tell_targets(home, own, snapshot, heard.memory)
        memory.save(home.layout, known)
        failures += _run_commands(home, heard.events)
        if known.pinged_n < snapshot.heartbeat_n and (why := ping(home, snapshot.heartbeat_n)) is not None:
            failures += [Failure("the ping", why)] if why else []
            memory.save(home.layout, replace(known, pinged_n=snapshot.heartbeat_n))
        _say(home, failures)
        return failures


def _tell_targets(home: Home, own: NotifyPolicy, snapshot: Snapshot, known: Memory) -> tuple[Memory, list[Failure]]:
    wall, swarm = home.clock.wall(), home.policy.name or home.layout.root.name
    heard: dict[str, TargetMemory] = {}
    failures: list[Failure] = []
    for name, target, policy in targets(home.policy.notify, own):
        before = known.targets.get(name, TargetMemory())
        due = due_for(name, target, snapshot.alerts, policy, before, wall, swarm=swarm)
        if due is None:
            heard[name] = before
            if before.failed:
                failures.append(Failure(name, before.failed))
            continue
        why = _send(target, due, policy)
        if why:
            failures.append(Failure(name, why))
        failed = replace(before, failed=why, failures=before.failures + 1, last_at=wall)
        heard[name] = failed if why else due.memory
    return replace(known, targets=heard), failures


def _send(target: Target, due: Due, policy: NotifyPolicy) -> str:
    try:
        return deliver.deliver(address_of(target, os.environ), due.messages, policy.timeout)
    except SwarmError as error:
        return error.title


def _run_commands(home: Home, happened: Sequence[events.Happened]) -> list[Failure]:
    hooks = home.policy.hooks
    command_on = {str(name): command for name, command in hooks.on.items()}
    wanted = [each for each in happened if each.name in command_on]
    left_out, run = len(wanted) - hooks.most, wanted[-hooks.most :]
    failures: list[Failure] = []
    for each in run:
        told = {**each.told, "left_out": max(0, left_out)}
        if why := commands.run(command_on[each.name], home.layout.root, told, hooks.timeout):
            failures.append(Failure(f"the command on {each.name}", why))
    return failures


def _say(home: Home, failures: Sequence[Failure]) -> None:
    """The alert about it: raised, or cleared once all goes well again."""
    words = "; ".join(dict.fromkeys(f"{who}: {why}" for who, why in failures))
    text = f"you may not be told of what happens: {words}"[:MAX_WORDS]

    def change(state: State) -> State:
        standing = next((each for each in state.alerts if each.cause is AlertCause.NOTIFY), None)
        if not failures:
            return state if standing is None else clear_alert(state, "", AlertCause.NOTIFY, "")
        if standing is not None and standing.text == text:
            return state
        return raise_alert(state, "", AlertCause.NOTIFY, text, "", home.clock.wall())

    home.ledger.commit(change, purpose="say whether the operator can be told")


def main() -> NoReturn:
    """Tells once, as the engine, and ends at once: a thread of a service that hangs is not waited for."""
    home = Home.open(sys.argv[1], actor=ENGINE)
    given = sys.stdin.buffer.read()
    own = msgspec.json.decode(given, type=NotifyPolicy) if given else NotifyPolicy()
    status = 0
    try:
        tell(home, own)
    except SwarmError:
        status = 1  # the next heartbeat starts another
    os._exit(status)


if __name__ == "__main__":
    main()
