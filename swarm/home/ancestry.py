"""Proves who acts by what the caller runs under, because an environment can be dropped, or taken from another agent.

The witnesses, best first: a living keeper or program that the ledger records, above the caller; the marker in the
environment of an ancestor. An agent cannot shed them with `env -i`, `sudo`, `setsid` or a terminal multiplexer that it
started: on Linux whatever descends from an agent stays below its keeper. What a service starts that ran before (cron,
at, the operator's own multiplexer) descends from that service, and cannot be told from the operator.

To see it: an agent that runs `env -u SWARM_AGENT -u SWARM_SPAWN swarm-tui kill SIBLING` is refused, with an alert.
"""

from collections.abc import Mapping
from contextlib import suppress

from swarm import platform
from swarm.errors import Code, Refused, SwarmError
from swarm.home.ancestors import Ancestor, ancestors
from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State, raise_alert
from swarm.model.actor import Actor
from swarm.model.agent import Identity, Liveness
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record, Ref
from swarm.platform.clock import SystemClock
from swarm.processes.identity import look
from swarm.protocol.paths import Layout
from swarm.sanitize import clean

WAIT_S = 2.0
"""Seconds that an alert waits for the ledger: the refusal is what counts."""
COMMAND_LENGTH = 120


def prove(layout: Layout, claim: Actor, verb: str) -> Actor:
    """Returns who acts, given who the environment says it is.

    A process inside an agent that says nothing is that agent, and `behind` names the process. Raises Refused
    `hierarchy` where it says that it is another: that is an alert, too. A claim that nothing speaks against holds: a
    caller that takes a lesser right than its own harms no one.
    """
    chain = tuple(ancestors())
    if layout.foreign or all(ancestor.marker == "" for ancestor in chain):
        return claim
    try:
        state = Ledger(layout, SystemClock()).read()
    except SwarmError:
        return claim  # without a ledger nothing can be ordered either
    found = _Witnesses(state, chain)
    if not claim.is_agent:
        return _named(found.inside, chain) if found.inside is not None else claim
    if found.inside is None or found.inside.ref == Ref(claim.agent, claim.spawn_id):
        return claim
    if not _may_run(state, claim):
        raise Refused(
            Code.HIERARCHY,
            f"The spawn of {claim.agent!r} that this process names has ended.",
            "Nothing acts for an agent that has ended.",
            "Stop here.",
        )
    words = f"{_words(chain)} said that it is {claim.agent}, and was refused: {verb}"
    _raise(layout, found.inside.ref, words)
    raise Refused(
        Code.HIERARCHY,
        f"This process runs inside {found.inside.id!r}, and says that it is {claim.agent!r}.",
        f"The process {chain[0].pid} that started it descends from {found.inside.id!r}.",
        "An agent acts as itself. A person acts from a terminal that no agent has started.",
    )


def say_unnamed(layout: Layout, actor: Actor, verb: str) -> None:
    """Raises the alert that a process inside an agent tried, as no agent at all, what that agent may not do."""
    _raise(layout, Ref(actor.agent, actor.spawn_id), f"{actor.behind} had dropped who it is, and was refused: {verb}")


class _Witnesses:
    """What ledger and ancestors say of whom the caller belongs to."""

    def __init__(self, state: State, chain: tuple[Ancestor, ...]) -> None:
        by_spawn = {record.spawn_id: record for record in state.agents.values()}
        heads = _heads(state.agents)
        self.inside: Record | None = None
        """The agent inside which the caller runs; None for none of this home."""
        for ancestor in chain:
            marked = by_spawn.get(ancestor.marker or "")
            if marked is not None and self.inside is None:
                self.inside = marked  # where no head says otherwise, an environment is what there is
                if marked.phase is Phase.SPAWNING:
                    return  # its keeper is not recorded yet: the next head above is that of its parent
            if (head := heads.get(ancestor.pid)) is not None and _is(ancestor.pid, head):
                self.inside = head
                return


def _heads(agents: Mapping[str, Record]) -> dict[int, Record]:
    """The records by the pids of their keepers and programs."""
    known = ((record, identity) for record in agents.values() for identity in (record.keeper, record.process))
    return {identity.pid: record for record, identity in known if identity is not None}


def _is(pid: int, record: Record) -> bool:
    """Whether this process is the keeper or the program of a record, by boot, namespace and start time."""
    stat = platform.stat(pid)
    return stat is not None and any(
        each is not None and (each.boot_id, each.pid_ns, each.pid, each.ticks) == (*_machine(), pid, stat.ticks)
        for each in (record.keeper, record.process)
    )


def _machine() -> tuple[str, int]:
    return platform.boot_id(), platform.pid_namespace()


def _may_run(state: State, claim: Actor) -> bool:
    """Whether the spawn that is claimed has a living keeper or program."""
    record = Ref(claim.agent, claim.spawn_id).find(state.agents)
    heads: tuple[Identity | None, ...] = (record.keeper, record.process) if record is not None else ()
    return any(each is not None and look(each) is not Liveness.DEAD for each in heads)


def _named(record: Record, chain: tuple[Ancestor, ...]) -> Actor:
    return Actor("agent", record.id, record.spawn_id, behind=_words(chain))


def _words(chain: tuple[Ancestor, ...]) -> str:
    """The process that started the caller, for people."""
    pid = chain[0].pid
    return f"pid {pid} ({clean(platform.command(pid), COMMAND_LENGTH)})"


def _raise(layout: Layout, inside: Ref, text: str) -> None:
    """Raises the alert. A ledger that cannot be written does not stand in the way of the refusal."""
    clock = SystemClock()

    def change(state: State) -> State:
        return raise_alert(state, inside.id, AlertCause.IMPOSTOR, text, inside.spawn_id, clock.wall())

    with suppress(SwarmError):
        Ledger(layout, clock, wait=WAIT_S).commit(change, purpose=f"say of {inside.id}: {AlertCause.IMPOSTOR}")
