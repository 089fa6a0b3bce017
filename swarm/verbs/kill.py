"""kill: whole subtrees stopped, children first, and the slot free only when the death is proved."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from swarm import audit
from swarm.concluding import live_below
from swarm.errors import NotFound, Refused, SwarmError
from swarm.home import Home
from swarm.intents import abandoned, at_work, me
from swarm.layout import parent_of
from swarm.model import AgentView, Phase, Record, Snapshot
from swarm.processes import marked
from swarm.reading import read_spec
from swarm.requests import Ended, KillPreview, KillReport
from swarm.resolve import resolve
from swarm.state import State, with_record, without
from swarm.stopwork import Order, stop_all
from swarm.untrusted import clean
from swarm.waiting import wait_until
from swarm.wording import plural

PATIENCE = 20.0
"""Seconds beyond the grace that one kill waits for another of the same agent."""


@dataclass(frozen=True, slots=True)
class Target:
    """One id that was asked for. spawn_id: '' where it is not in the ledger."""

    agent: str
    spawn_id: str


def kill(
    home: Home,
    agent_ids: Sequence[str],
    *,
    reason: str = "",
    grace: float | None = None,
    spawn_ids: Mapping[str, str] | None = None,
) -> KillReport:
    """Stops the subtrees, children first; see `Swarm.kill`. The root stands for everybody below it.

    Raises NotFound; Refused `hierarchy` where an agent reaches beyond its own children, `foreign` where the engine did
    not spawn it. What could not be verified is in the report, and holds its slot.
    """
    from swarm.verbs import stop_subagent

    started = time.monotonic()
    asked = ""
    inner = [words for words in agent_ids if stop_subagent.is_subagent(words)]
    ended = [
        stop_subagent.stop(home, words, reason=clean(reason, 500), spawn_id=(spawn_ids or {}).get(words, ""))
        for words in inner
    ]
    agent_ids = [words for words in agent_ids if words not in inner]
    try:
        home.must_be_writable()
        ids: list[str] = []
        for asked in agent_ids:
            asked = agent_id = resolve(home, asked)
            must_be_below(home, agent_id)
            ids += [agent_id] if agent_id not in ids else []
        targets = [_target(home, agent_id, (spawn_ids or {}).get(agent_id, "")) for agent_id in ids]
        targets = [one for one in targets if not any(one.agent.startswith(other.agent + "/") for other in targets)]
    except SwarmError as error:
        audit.record(home, "kill", agent=asked, error=error)
        raise
    order = Order(
        reason=clean(reason, 500), grace=home.policy.stop.grace if grace is None else grace, by=str(home.actor)
    )
    ended += [each for target in targets for each in end_subtree(home, target, order)]
    return KillReport(tuple(ended), round((time.monotonic() - started) * 1000))


def preview(home: Home, agent_ids: Sequence[str], snapshot: Snapshot) -> list[KillPreview]:
    """Who would go down with each of these. Reads only. Raises NotFound."""
    from swarm.plan import verdicts

    judged = verdicts(snapshot, home.policy, home.now())
    previews = []
    for words in agent_ids:
        if "/~" in words:
            above = snapshot.agent(words.partition("/~")[0])
            previews.append(KillPreview(words, above.spawn_id if above else "", ((words, "", "sub-agent", None),)))
            continue
        target = resolve(home, words)
        members = [view for view in snapshot.agents if _goes_down(view, target, home.policy.root.id)]
        members.sort(key=lambda view: (view.id != target, view.id))
        rows = tuple((view.id, view.spawn_id, str(judged[view.id].state), judged[view.id].age) for view in members)
        own = snapshot.agent(target)
        previews.append(KillPreview(target, own.spawn_id if own else "", rows))
    return previews


def must_be_below(home: Home, agent_id: str) -> None:
    """Raises Refused `hierarchy` where an agent acts on somebody who is not directly below it."""
    if home.actor.kind == "agent" and parent_of(agent_id) != home.actor.agent:
        raise Refused(
            "hierarchy",
            f"{home.actor.agent!r} may act only on agents directly below itself.",
            f"{agent_id!r} is not.",
            "Ask its parent, or the operator.",
        )


def _goes_down(view: AgentView, target: str, root: str) -> bool:
    if view.id == target:
        return True
    alive = view.record is not None and (view.record.holds_slot or view.record.phase is Phase.QUEUED)
    return alive and (view.id.startswith(target + "/") or target == root)


def _target(home: Home, agent_id: str, spawn_id: str) -> Target:
    record = home.ledger.read().agents.get(agent_id)
    if spawn_id and record is not None and record.spawn_id != spawn_id:
        raise NotFound(
            f"{agent_id!r} is not the one that was meant any more.",
            "It has been spawned anew since.",
            "Look at it again before you end it.",
        )
    if record is None and agent_id != home.policy.root.id and not home.layout.agent(agent_id).spec.is_file():
        raise Refused(
            "foreign",
            f"{agent_id!r} was not spawned by this engine, so it is not ended by it.",
            "Its directory has no agent.json, and no process is known to be its own.",
            "End it where it was started.",
        )
    if record is None:
        _must_not_run(home, agent_id)
    return Target(agent_id, record.spawn_id if record is not None else "")


def _must_not_run(home: Home, agent_id: str) -> None:
    """Raises SwarmError `unknown` where processes of an agent live that the ledger has no record of: a backup, say."""
    spec = read_spec(home.layout.agent(agent_id)).value
    running = marked(spec.spawn_id) if spec is not None else []
    if running:
        raise SwarmError(
            f"{agent_id!r} runs, and the ledger has no record of it.",
            f"Its marker is carried by {plural(len(running), 'process', 'processes')}, the first with the pid "
            f"{running[0].pid}. Nobody was stopped.",
            "Take it into the ledger first, then end it: swarm-tui doctor --rebuild",
            code="unknown",
        )


def end_subtree(home: Home, target: Target, order: Order) -> list[Ended]:
    """The whole story of one target: close the branch, stop everybody, open it again."""
    ended = _end_once(home, target, order) or _end_once(home, target, order)  # the other was faster: what is left now?
    if not ended and target.agent != home.policy.root.id:
        ended.append(_nothing_to_do(home, target))
    return ended


def _end_once(home: Home, target: Target, order: Order) -> list[Ended]:
    _let_the_other_finish(home, target, order.grace)
    unqueued: list[Record] = []
    marked: list[str] = []

    with at_work() as begin:

        def close(state: State) -> State:
            unqueued[:] = [record for record in _below(state, target, home) if record.phase is Phase.QUEUED]
            gone = {record.id for record in unqueued}
            for agent_id in gone:
                state = without(state, agent_id)
            if gone:
                state = replace(state, queue=tuple(each for each in state.queue if each.get("id") not in gone))
            members = to_be_stopped(state, target.agent, home.policy.root.id)
            marked[:] = [record.id for record in members]
            begin(record.spawn_id for record in members)
            return mark_stopping(state, members, target.agent, order)

        state = home.ledger.commit(
            close,
            purpose=f"stop {target.agent}",
            then=lambda state: _say_unqueued(home, unqueued, order, state.revision),
        )
        ended = [Ended(record.id, record.spawn_id, gone=True, note="queued") for record in unqueued]
        if marked:
            try:
                ended += stop_all(home, [state.agents[agent_id] for agent_id in marked], order)
            finally:
                open_again(home, target.agent)
    return ended


def _say_unqueued(home: Home, unqueued: Sequence[Record], order: Order, revision: int) -> None:
    for record in unqueued:
        audit.record(
            home,
            "kill",
            agent=record.id,
            spawn_id=record.spawn_id,
            reason=order.reason or "taken out of the queue",
            freed=0,
            queued=True,
            revision=revision,
        )


def _nothing_to_do(home: Home, target: Target) -> Ended:
    """It has ended already; or somebody else is stopping it, and has not come to an end in all this time."""
    others = live_members(home.ledger.read(), target.agent, home.policy.root.id)
    note = "somebody else is still stopping it" if others else "already ended"
    audit.record(home, "kill", agent=target.agent, spawn_id=target.spawn_id, reason=note, freed=0, nothing=True)
    return Ended(target.agent, target.spawn_id, gone=not others, note=note, unverified=note if others else "")


def _let_the_other_finish(home: Home, target: Target, grace: float) -> None:
    """Two kills at once: one does it. The other waits for it, and then finds that it has ended."""

    def over() -> bool:
        members = live_members(home.ledger.read(), target.agent, home.policy.root.id)
        return not any(record.phase is Phase.STOPPING and not abandoned(record) for record in members)

    wait_until(over, grace + PATIENCE)


def _below(state: State, target: Target, home: Home) -> list[Record]:
    every = target.agent == home.policy.root.id
    return [
        record
        for record in state.agents.values()
        if every or record.id == target.agent or record.id.startswith(target.agent + "/")
    ]


def live_members(state: State, agent_id: str, root: str) -> list[Record]:
    """Who lives in a subtree, deepest first; for the root everybody does, and the turn of the root itself, if any."""
    if agent_id != root:
        return live_below(state, agent_id)
    members = [record for record in state.agents.values() if record.holds_slot and (record.id != root or record.live)]
    return sorted(members, key=lambda record: (-record.id.count("/"), record.id))


def to_be_stopped(state: State, agent_id: str, root: str) -> list[Record]:
    """Those of a subtree that nobody else is stopping already."""
    return [
        record
        for record in live_members(state, agent_id, root)
        if record.phase is not Phase.STOPPING or abandoned(record)
    ]


def mark_stopping(state: State, members: Sequence[Record], branch: str, order: Order) -> State:
    """The intent: nothing new below `branch` from here on, and everybody who lives in it is being stopped by us."""
    for record in members:
        if record.phase is not Phase.ENDED:
            intent = replace(record, phase=Phase.STOPPING, stopper=me(), why=order.reason, ended_by=order.by)
            state = with_record(state, intent)
    return replace(state, branches_closed=state.branches_closed | {branch}) if members else state


def open_again(home: Home, branch: str) -> None:
    """The branch takes spawns again: the root always, an agent that is spawned anew."""
    if branch in home.ledger.read().branches_closed:
        home.ledger.commit(
            lambda state: replace(state, branches_closed=state.branches_closed - {branch}),
            purpose=f"open {branch} again",
        )
