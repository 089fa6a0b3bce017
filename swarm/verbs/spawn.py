"""spawn: checks everything, reserves the slot in one commit, then starts the agent; or queues it."""

from collections.abc import Mapping

from swarm.admission import spawn_gate
from swarm.admission.draft import draft
from swarm.admission.ghosts import still_below
from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.lifecycle.reservation import judged_now, no_room, who_could_end
from swarm.lifecycle.spawn import ROOM, Judge, warnings_of
from swarm.model.requests import EvictionChoice, Objection, SpawnCheck, SpawnRequest
from swarm.rules.budgets.slots import slots


def check(
    home: Home, request: SpawnRequest, judge: Judge | None = None, ghosts: Mapping[str, int] | None = None
) -> SpawnCheck:
    """Checks a spawn without doing it: every objection, the warnings, and which agents could be ended for it.

    judge: returns the verdicts on all agents, where the caller has them; called only where there is no room.
    ghosts: who runs unrecorded below each agent, where the caller has looked.
    """
    state = home.ledger.read()
    made = draft(home, request, state, ghosts=ghosts)
    objections = [Objection(about, error.code, error.title, error.detail, error.hint) for about, error in made.errors]
    try:
        home.must_be_writable()
        home.must_be_able_to_start()
    except SwarmError as error:
        objections.insert(0, Objection("", error.code, error.title, error.detail, error.hint))
    if (gate := spawn_gate.refusal(home, state)) is not None:
        objections.append(Objection("", gate.code, gate.title, gate.detail, gate.hint))
    candidates: tuple[EvictionChoice, ...] = ()
    no = no_room(home, state, made, request, {})
    if no is not None:
        if no.code in ROOM:
            judged = judge() if judge is not None else judged_now(home)
            candidates = who_could_end(home, state, made, judged)
            no = no_room(home, state, made, request, judged) or no
        objections.append(Objection("slots", no.code, no.title, no.detail, no.hint))
    free = slots(state.agents, home.policy, still_below(made.ghosts, state)).free
    after = free if no is not None or not home.is_root(made.parent) else free - made.slots
    return SpawnCheck(
        made.agent, made.slots, tuple(objections), warnings_of(home, state, made), candidates, max(0, after)
    )
