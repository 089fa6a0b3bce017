"""pause and resume: whole subtrees stopped with SIGSTOP and resumed; a paused agent does not age.

An agent that waits for its service has no process: paused, it is not taken up; resumed, it is tried again at once.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial

from swarm.ending.intents import live_members
from swarm.errors import Code, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_live, resolve
from swarm.ledger.state import State, with_record
from swarm.lifecycle.pausing import pause_subtree, unchanged
from swarm.lifecycle.readiness import must_be_ready
from swarm.lifecycle.take_up import try_again
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.record import Phase, Record, Ref
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes.belonging import home_of


def pause(home: Home, words: str, *, spawn_id: str = "", only: Container[Ref] | None = None) -> tuple[Ref, ...]:
    """Stops the whole subtree with SIGSTOP. What is paused already stays so. Returns whom it paused.

    only: of the subtree these, as a `resume` that is taken back returned them; None for all of it. Raises NotFound;
    Refused `hierarchy` where an agent reaches beyond its own children.
    """
    return _act_on_subtree(home, AuditVerb.PAUSE, words, spawn_id, partial(pause_subtree, only=only))


def resume(home: Home, words: str, *, spawn_id: str = "", only: Container[Ref] | None = None) -> tuple[Ref, ...]:
    """Lets a paused subtree go on, and tries again those of it that wait for their service. Returns who was paused.

    only: of the subtree these, as a `pause` that is taken back returned them: then nothing is tried again. Raises as
    `pause`.
    """
    act = _resume_and_try if only is None else partial(_resume, only=only)
    return _act_on_subtree(home, AuditVerb.RESUME, words, spawn_id, act)


def freeze_all(home: Home) -> int:
    """Pauses all agents, and refuses spawns until `thaw_all`. Returns how many were paused."""
    _only_the_operator(home, AuditVerb.FREEZE_ALL)
    paused = pause_subtree(
        home, home.policy.root.id, AuditVerb.FREEZE_ALL, also=lambda state: replace(state, frozen_all=True)
    )
    return len(paused)


def thaw_all(home: Home) -> int:
    """Resumes all agents and takes spawns again. Returns how many went on."""
    _only_the_operator(home, AuditVerb.THAW_ALL)
    also = partial(replace, frozen_all=False)
    return len(_resume(home, home.policy.root.id, AuditVerb.THAW_ALL, also=also))


def _only_the_operator(home: Home, verb: AuditVerb) -> None:
    with audit.attempt(home, verb):
        must_be_ready(home)
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator stops the whole swarm.")


def _act_on_subtree(
    home: Home, verb: AuditVerb, words: str, spawn_id: str, act: Callable[[Home, str, AuditVerb], Sequence[Record]]
) -> tuple[Ref, ...]:
    with audit.attempt(home, verb, words, spawn_id) as attempt:
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        if not home.is_root(agent_id):
            must_live(home.ledger.read(), agent_id, spawn_id)
        return tuple(record.ref for record in act(home, agent_id, verb))


def _resume_and_try(home: Home, agent_id: str, verb: AuditVerb) -> list[Record]:
    """Lets them go on; of those that wait for their service, parents are tried before their children."""
    gone_on = _resume(home, agent_id, verb)
    state = home.ledger.read()
    for record in reversed(live_members(state, agent_id, home.policy.root.id)):
        if record.phase is Phase.WAITING and not state.frozen_all:
            try_again(home, record)
    return gone_on


def _resume(
    home: Home,
    agent_id: str,
    verb: AuditVerb,
    *,
    only: Container[Ref] | None = None,
    also: Callable[[State], State] = unchanged,
) -> list[Record]:
    """Resumes children first. Recorded after it is done: an agent still recorded as paused can be resumed again."""
    state = home.ledger.read()
    waiting = [
        record
        for record in live_members(state, agent_id, home.policy.root.id)
        if record.live and record.paused is not None and not home_of(home.layout, record)
        if only is None or record.ref in only
    ]
    frozen = [record for record in waiting if record.phase is not Phase.WAITING]
    thawed = dict(zip((record.spawn_id for record in frozen), home.runner.thaw(frozen), strict=True))
    gone_on: list[Record] = []

    def change(state: State) -> State:
        now = read_now(state.epoch, home.clock)
        gone_on.clear()
        for record in waiting:
            found = record.ref.find(state.agents)
            if found is None or found.paused is None:
                continue
            gone_on.append(found)
            total = found.paused_total + max(0.0, now.awake - found.paused)
            state = with_record(state, replace(found, paused=None, paused_total=total))
        return also(state)

    def lines(_: State) -> Iterator[AuditLine]:
        for record in gone_on:
            yield audit.line(
                home,
                verb,
                agent=record.id,
                spawn_id=record.spawn_id,
                processes=len(thawed[record.spawn_id].processes) if record.spawn_id in thawed else 0,
            )
        if not gone_on:
            yield audit.line(home, verb, agent=agent_id, reason="no agent was paused")

    home.ledger.commit(change, purpose=f"resume {agent_id}", lines=lines)
    return gone_on
