"""Slots: committed, used, reserve, per subtree; who may spawn, and who could be ended first (protocol.md, Slots)."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from swarm.config.policy import Policy, SlotsPolicy
from swarm.errors import Code
from swarm.formatting import plural, spell_duration
from swarm.model.health import Health, Verdict
from swarm.model.record import Record
from swarm.model.snapshot import Slots, Snapshot
from swarm.rules.budgets.allocation import (
    guarantee_left,
    kept,
    over_maximum,
    reserve_in_use,
    wholly_guaranteed,
    words_of_kept,
)
from swarm.rules.budgets.slot_tree import TOP, SlotTree


class Candidate(NamedTuple):
    """An agent that could be ended to make room for another."""

    id: str
    spawn_id: str
    state: Health | None
    """None where it has not been judged."""
    why: str
    age: float | None
    """Awake seconds since its last update; None where that says nothing."""
    frees: int
    """Slots that come free at the level that is full."""


_ORDER = {
    Health.OVERDUE: 0,
    Health.FAILED: 1,
    Health.LOST: 1,
    Health.KILLED: 1,
    Health.LOOPING: 2,
    Health.INVESTIGATE: 3,
    Health.UNKNOWN: 4,
    Health.DONE: 5,
    Health.DISPUTED: 5,
    Health.LATE: 6,
    Health.RETRYING: 7,
    Health.WAITING: 7,
    Health.PAUSED: 9,
    Health.HELD: 10,
}
_HEALTHY = 8


def candidates(slot_tree: SlotTree, verdicts: Mapping[str, Verdict], level: str) -> list[Candidate]:
    """Every agent that holds slots of a level, stuck ones first."""
    ranked: list[tuple[int, float, str, Candidate]] = []
    waiting = list(slot_tree.children.get(level, ()))
    for agent in waiting:
        record = slot_tree.records.get(agent)
        if record is None or not record.holds_slot:
            waiting += slot_tree.children.get(agent, ())  # it has ended: its children hold what it held
            continue
        verdict = verdicts.get(agent)
        age = verdict.age if verdict is not None else None
        rank = 1 if record.unverified else _ORDER.get(verdict.state, _HEALTHY) if verdict is not None else _HEALTHY
        frees = slot_tree.committed(agent)
        state, why = (verdict.state, verdict.why) if verdict is not None else (None, "")
        one = Candidate(agent, record.spawn_id, state, why, age, frees)
        ranked.append((rank, -age if age is not None else 0.0, agent, one))
    return [candidate for *_, candidate in sorted(ranked)]


def first_words(
    slot_tree: SlotTree,
    verdicts: Mapping[str, Verdict] | None,
    level: str,
    rules: SlotsPolicy,
    role: str,
    *,
    of_role: bool = False,
) -> str:
    """The first three of them as a hint, for people. role: what is to be spawned. of_role: only agents of that role.

    Who would leave nothing to this role is left out: what it holds is guaranteed to its own.
    """
    found = candidates(slot_tree, verdicts or {}, level)
    if of_role:
        found = [one for one in found if slot_tree.records[one.id].role == role]
    elif level == TOP:
        guaranteed = wholly_guaranteed(slot_tree, rules, besides=role)
        found = [one for one in found if slot_tree.records[one.id].role not in guaranteed]
    named = [_candidate_words(one) for one in found[:3]]
    return f"Could be ended: {', '.join(named)}." if named else ""


def _candidate_words(one: Candidate) -> str:
    state = f"{one.state}, " if one.state is not None else ""
    age = f"{spell_duration(one.age)} since its last update, " if one.age is not None else ""
    return f"{one.id} ({state}{age}frees {one.frees})"


class Refusal(NamedTuple):
    """Why a spawn may not be: `raise Refused(*refusal)`."""

    code: Code
    title: str
    detail: str
    hint: str


def ghosts_in(snapshot: Snapshot) -> Mapping[str, int]:
    """How many agents run unrecorded below each agent, sub-agents of programs among them, by its id ('' at the top)."""
    return Counter(view.parent or "" for view in snapshot.agents if view.ghost and view.record is None)


def slots(records: Mapping[str, Record], policy: Policy, ghosts: Mapping[str, int] | None = None) -> Slots:
    """The budget of the whole swarm. ghosts: how many run unrecorded below an agent, by its id ('' at the top)."""
    return slots_of(SlotTree(records, policy.root.id, ghosts), policy)


def slots_of(slot_tree: SlotTree, policy: Policy) -> Slots:
    """The same of a tree that is there already. Cells: by spawn, an agent's used slots before its unused ones."""
    by_role: dict[str, int] = {}
    cells: list[tuple[str, str, bool]] = []
    tops = [agent for agent in slot_tree.children.get(TOP, ()) if slot_tree.committed(agent)]
    spawned = {
        agent: (slot_tree.records[agent].spawned, agent) if agent in slot_tree.records else (0.0, agent)
        for agent in tops
    }
    for agent in sorted(tops, key=spawned.__getitem__):
        role = slot_tree.records[agent].role if agent in slot_tree.records else "worker"
        committed, used = slot_tree.committed(agent), slot_tree.used(agent)
        by_role[role] = by_role.get(role, 0) + committed
        cells += [(agent, role, place < used) for place in range(committed)]
    kept_for = kept(slot_tree, policy.slots)
    strays = slot_tree.ghosts.get(TOP, 0)
    if strays:
        by_role["ghost"] = strays
        cells += [("", "ghost", True)] * strays
    committed = slot_tree.committed()
    free = max(0, policy.slots.max - policy.slots.reserve - committed - sum(kept_for.values()))
    return Slots(
        policy.slots.max, policy.slots.reserve, committed, slot_tree.used(), free, by_role, tuple(cells), kept_for
    )


def refusal(
    slot_tree: SlotTree,
    policy: Policy,
    *,
    parent: str | None,
    agent_id: str,
    slots: int,
    role: str = "",
    use_reserve: bool = False,
    closed: frozenset[str] = frozenset(),
    verdicts: Mapping[str, Verdict] | None = None,
) -> Refusal | None:
    """Why this spawn may not be, or None where it may (field report, The Slot Budget System).

    parent: who is to stand above it; None and the root are the same. closed: ids whose subtree is being stopped.
    verdicts: what health says of the others, to name the stuck ones first. Codes: `allocation` (the role holds all that
    it may), `no-slot` (outside the reserve, and what is kept for other roles),
    `reserve` (that one, too), `budget` (of the parent), `depth`, `paused-branch`.
    """
    level = slot_tree.level(parent)
    depth = slot_tree.depth(level) + 1
    shut = next((above for above in (agent_id, *slot_tree.chain(level), policy.root.id) if above in closed), None)
    if shut is not None:
        return Refusal(
            Code.PAUSED_BRANCH,
            f"{agent_id} cannot be spawned: {shut} is being stopped.",
            "No new agents are accepted in a subtree from the moment it is stopped.",
            "Spawn it elsewhere, or wait until the subtree is gone.",
        )
    if depth > policy.slots.max_depth:
        return Refusal(
            Code.DEPTH,
            f"{agent_id} would stand {depth} levels below the root; {policy.slots.max_depth} are allowed.",
            "Every level manages the one below it; deeper trees are lost from sight ([slots] max_depth).",
            "Let an agent further up spawn it.",
        )
    if slots < 1:
        return Refusal(Code.BUDGET, f"{agent_id} asks for {plural(slots, 'slot')}.", "An agent takes at least one.", "")
    held = slot_tree.committed(agent_id)  # by children of an earlier spawn of this id: they stand below the new one
    if slots < 1 + held:
        return Refusal(
            Code.BUDGET,
            f"{agent_id} asks for {plural(slots, 'slot')}, and {held} are held below it already.",
            "Agents of its earlier spawn still run, and count in its budget.",
            f"End them first, or spawn it with at least {plural(1 + held, 'slot')}.",
        )
    if over := over_maximum(slot_tree, policy.slots, role, slots - held):
        hint = first_words(slot_tree, verdicts, level, policy.slots, role, of_role=True)
        return Refusal(Code.ALLOCATION, f"{role} has no slot left for {agent_id}.", over, hint)
    if level == TOP:
        return _at_the_top(slot_tree, policy, agent_id, slots - held, role, use_reserve, verdicts)
    return _below(slot_tree, policy.slots, level, agent_id, slots - held, verdicts)


def _at_the_top(
    slot_tree: SlotTree,
    policy: Policy,
    agent_id: str,
    slots: int,
    role: str,
    use_reserve: bool,
    verdicts: Mapping[str, Verdict] | None,
) -> Refusal | None:
    rules = policy.slots
    kept_for = kept(slot_tree, rules, besides=role)
    most = rules.max - sum(kept_for.values())
    reserve_left = rules.reserve
    if slots <= guarantee_left(slot_tree, policy, role):
        # What others took of the reserve is no longer in it: a guarantee stands beside the reserve, not behind it.
        reserve_left = max(0, rules.reserve - reserve_in_use(slot_tree))
    limit = most if use_reserve else most - reserve_left
    committed = slot_tree.committed()
    if committed + slots <= limit:
        return None
    left = max(0, limit - committed)
    parts = [f"{rules.max} at once", f"{rules.reserve} in reserve", *filter(None, [words_of_kept(kept_for)])]
    detail = (
        f"{plural(slots, 'slot')} asked for, {left} free: {committed} committed, {max(0, limit)} to give"
        f" ({', '.join(parts)})."
    )
    others = first_words(slot_tree, verdicts, TOP, rules, role)
    if use_reserve:
        return Refusal(Code.RESERVE, f"The reserve, too, has no room for {agent_id}.", detail, others)
    fits = rules.reserve and committed + slots <= most
    reserve = " Or take it from the reserve (--use-reserve)." if fits else ""
    if slots > limit:
        others = f"No ending makes room for {plural(slots, 'slot')} outside the reserve; ask for fewer."
    return Refusal(Code.NO_SLOT, f"No slot is free for {agent_id}.", detail, f"{others}{reserve}".strip())


def _below(
    slot_tree: SlotTree,
    rules: SlotsPolicy,
    level: str,
    agent_id: str,
    slots: int,
    verdicts: Mapping[str, Verdict] | None,
) -> Refusal | None:
    above = slot_tree.records[level]
    if not above.holds_slot:
        return Refusal(
            Code.BUDGET,
            f"{level} has no budget to give: it does not run.",
            f"It is {above.ending or above.phase}; what it had committed is free again.",
            "Spawn under the root, or under an agent that runs.",
        )
    taken = slot_tree.taken(level)
    if taken + slots <= above.slots:
        return None
    left = max(0, above.slots - taken)
    detail = (
        f"{plural(slots, 'slot')} asked for, {left} left: {taken} of the {above.slots} that {level} has for its"
        " entire subtree are taken, itself included."
    )
    if slots >= above.slots:
        hint = f"{level} would have to be spawned with at least {plural(slots + 1, 'slot')}."
    else:
        hint = first_words(slot_tree, verdicts, level, rules, "")
    return Refusal(Code.BUDGET, f"The budget of {level} has no room for {agent_id}.", detail, hint)


def end_first(
    records: Mapping[str, Record],
    verdicts: Mapping[str, Verdict],
    policy: Policy,
    *,
    parent: str | None,
    ghosts: Mapping[str, int] | None = None,
) -> list[Candidate]:
    """Who could be ended so that slots come free under this parent, stuck ones first, older silences before younger.

    Only agents of that level are named: what stands deeper frees nothing there while the one above it runs.
    Kill before spawn (field report): overdue, not verified, looping, investigate, unreadable, done but not collected,
    late, retrying; then the healthy, and last what the operator has paused or held.
    """
    slot_tree = SlotTree(records, policy.root.id, ghosts)
    return candidates(slot_tree, verdicts, slot_tree.level(parent))
