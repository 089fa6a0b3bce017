"""What a respawn would meet, without doing it: of one agent, or of several at once."""

from collections.abc import Iterable, Iterator, Sequence

from swarm.admission.draft import Draft, draft
from swarm.errors import NotFound, SwarmError
from swarm.home.context import Home
from swarm.home.resolve import must_be_meant, resolve
from swarm.ledger.state import State
from swarm.lifecycle.reservation import freed, judged_now, no_room, reserve, who_could_end
from swarm.lifecycle.spawn import ROOM, Judge, warnings_of
from swarm.model.record import Phase, Ref
from swarm.model.requests import EvictionChoice, Objection, SpawnCheck, SpawnRequest
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from swarm.rules.budgets.slots import slots
from swarm.verbs.respawn import must_have_ended, request_from


def check_respawn(
    home: Home,
    meant: Sequence[Ref],
    *,
    force: bool = False,
    here: bool = False,
    kill_first: Sequence[str] = (),
    judge: Judge | None = None,
) -> SpawnCheck:
    """Checks the respawn of these agents, each as if those before it had begun: all of them are looked at first.

    kill_first: ids that would be ended for it. judge: returns the verdicts on all agents, where the caller has them;
    called only where there is no room. An objection's title begins with the agent that it is about, where there are
    several.
    """
    state = home.ledger.read()
    ended = [resolve(home, words) for words in kill_first]
    after = freed(state, ended, home.policy.root.id)
    objections: list[Objection] = []
    warnings: list[str] = []
    candidates: tuple[EvictionChoice, ...] = ()
    wanted = 0
    try:
        home.must_be_writable()
        home.must_be_able_to_start()
    except SwarmError as error:
        objections.append(_objection("", error))
    for ref in meant:
        try:
            request, made, after = _drafted(home, ref, after, force=force, here=here)
            wanted += made.slots
            objections += _named(made.errors, ref, meant)
            if made.errors:
                continue
            warnings += warnings_of(home, state, made)
            try:
                after = reserve(home, after, request, made)
            except SwarmError as refusal:
                no: SwarmError = refusal
                if no.code in ROOM and not candidates:
                    judged = judge() if judge is not None else judged_now(home)
                    candidates = who_could_end(home, state, made, judged)
                    no = no_room(home, after, made, request, judged) or no
                objections += _named([("slots", no)], ref, meant)
        except SwarmError as error:
            objections += _named([("", error)], ref, meant)
    free = slots(after.agents, home.policy).free
    agent = meant[0].id if len(meant) == 1 else ""
    return SpawnCheck(agent, wanted, tuple(objections), tuple(dict.fromkeys(warnings)), candidates, max(0, free))


def _drafted(home: Home, ref: Ref, state: State, *, force: bool, here: bool) -> tuple[SpawnRequest, Draft, State]:
    """The request and draft of one, and the state in which it waits for its service no more."""
    loaded = read_spec(home.layout.agent(ref.id))
    if loaded.value is None:
        raise NotFound(f"{ref.id!r} has no spec to start again.", loaded.why or "There is no agent.json.")
    must_be_meant(loaded.value, ref.spawn_id)
    record = state.agents.get(ref.id)
    if record is not None and record.phase is Phase.WAITING:
        state = freed(state, [ref.id], home.policy.root.id)
    must_have_ended(state, ref.id)
    request = replace(request_from(loaded.value, ""), force=force)
    return request, draft(home, request, state, replacing=ref.id, here=here), state


def _named(errors: Iterable[tuple[str, SwarmError]], ref: Ref, meant: Sequence[Ref]) -> Iterator[Objection]:
    for about, error in errors:
        said = _objection(about, error)
        yield said if len(meant) == 1 or ref.id in said.title else replace(said, title=f"{ref.id}: {said.title}")


def _objection(about: str, error: SwarmError) -> Objection:
    return Objection(about, error.code, error.title, error.detail, error.hint)
