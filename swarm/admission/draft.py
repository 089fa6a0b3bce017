"""Admission: a spawn request checked before anything is done, as a spec or with every objection to it."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from swarm.admission import spawn_fields, unchecked
from swarm.admission.budget import within_budget
from swarm.admission.decided_before import decided_before
from swarm.admission.environment import of_spawn
from swarm.admission.ghosts import ghosts_now
from swarm.admission.objections import Objections
from swarm.admission.reserve_right import may_take_reserve
from swarm.admission.scope import confined
from swarm.admission.spawn_limits import must_be_readable
from swarm.admission.unborn import is_unborn
from swarm.admission.worktrees import no_double_claim, planned
from swarm.admission.worktrees import warnings as worktree_warnings
from swarm.errors import Code, Refused, SwarmError
from swarm.formatting import spell_stamp
from swarm.home.context import Home
from swarm.home.resolve import resolve
from swarm.ledger.state import State
from swarm.model.agent import AgentSpec, Scope
from swarm.model.launch import Launch
from swarm.model.record import Phase, Ref
from swarm.model.requests import SpawnRequest
from swarm.programs.base import Program
from swarm.programs.registry import program_for
from swarm.protocol import role_texts
from swarm.protocol.brief import compose
from swarm.protocol.names import check_name, name_of, twin_key
from swarm.protocol.owned_paths import lies_in, overlap
from swarm.protocol.role import Role
from swarm.protocol.roles import load_role


class Draft(Struct, frozen=True):
    """A request that was looked at. `errors` name the request's fields; without any, brief and launch are there."""

    agent: str
    spawn_id: str
    parent: str
    slots: int
    role: Role | None = None
    spec: AgentSpec | None = None
    brief: str = ""
    launch: Launch | None = None
    program: Program | None = None
    errors: tuple[tuple[str, SwarmError], ...] = ()
    warnings: tuple[str, ...] = ()
    ghosts: Mapping[str, int] = {}
    """How many run unrecorded below each agent, as a scan found before the reservation."""
    respawn_of: str = ""
    """The spawn id of the earlier run, '' where there was none."""
    kept: Path | None = None
    """Of a respawn: where the directory of the earlier run is kept."""
    goes_on: bool = False
    """The session of the earlier run goes on: what the agent made there is carried over."""
    inbox: str = ""
    """Messages that had not reached the earlier run: they wait in the new one's inbox."""


def draft(
    home: Home,
    request: SpawnRequest,
    state: State,
    *,
    role: Role | None = None,
    replacing: str = "",
    spawn_id: str = "",
    here: bool = False,
    ghosts: Mapping[str, int] | None = None,
) -> Draft:
    """The request as a spec with everything that speaks against it, except the lack of slots (that is `budget`'s).

    role: the request's role, where the caller has read it. replacing: an ended agent's id whose directory makes room
    (respawn). spawn_id: one given out already (queue). here: it works in the environment of this process, also where
    another one was kept for it. ghosts: who runs unrecorded below each agent, where the caller has just looked.
    """
    objections = Objections()
    parent = objections.check("parent", lambda: parent_for(home, request, state), home.policy.root.id)
    name = objections.check("name", lambda: check_name(request.name), "")
    agent_id = f"{parent}/{name}" if name else f"{parent}/{request.name[:64]}"
    if name and agent_id != replacing:
        objections.check("name", lambda: must_be_free(home, agent_id, state), None)
    if role is None:
        with home.checked() as checked:
            role = objections.check("role", lambda: load_role(home.layout, request.role, checked), None)
    slots = objections.check("slots", lambda: spawn_fields.slots(home, request, role), 1)
    objections.check("slots", lambda: may_take_reserve(home, request, role), None)
    nothing: tuple[str, ...] = ()
    worktree = objections.check("worktree", lambda: planned(home, request, role, agent_id, parent), None)
    owns = objections.check(
        "owns", lambda: spawn_fields.owned(home.layout, agent_id, request.owns, role, worktree), nothing
    )
    cwd = request.cwd or (role.cwd if role is not None else "")
    spec = AgentSpec(
        id=agent_id,
        name=name_of(agent_id),
        role=request.role,
        parent=parent,
        spawn_id=spawn_id or uuid.uuid4().hex,
        task=request.task,
        slots=slots,
        subagents=min(role.subagents, slots - 1) if role else 0,
        inputs=objections.check(
            "inputs", lambda: spawn_fields.inputs(home.layout, request.inputs, again=bool(request.respawn_of)), ()
        ),
        outputs=objections.check("outputs", lambda: spawn_fields.outputs(request.outputs), ()),
        owns=owns,
        acceptance=objections.check("accept", lambda: spawn_fields.acceptance(request.accept), ()),
        program=spawn_fields.program_of(home, request),
        model=objections.check("model", lambda: spawn_fields.model(home, request, state), ""),
        argv=request.command,
        cwd=objections.check("cwd", lambda: spawn_fields.directory(home.layout, cwd, worktree), ""),
        worktree=worktree,
        env=objections.check("env", lambda: spawn_fields.environment(request), {}),
        scope=Scope(role.scope) if role else Scope.NONE,
        role_texts=role_texts.digests(home.layout, role_texts.of_role(request.role)) if role else {},
        created_at=spell_stamp(home.clock.wall(), millis=True),
        created_by=str(home.actor),
    )
    spec = objections.check("owns", lambda: confined(home, spec), spec)
    objections.check("owns", lambda: no_overlap(home, spec, state), None)
    objections.check("task", lambda: must_be_readable(spec), None)
    brief = ""
    if role is not None and name:
        learned = request.learned or decided_before(home, spec, state)
        brief = objections.check("task", lambda: compose(spec, role, home.layout, home.policy, learned), "")
    inherited = objections.check(
        "program", lambda: of_spawn(home, replacing=replacing, waiting=spawn_id, here=here), None
    )
    program = objections.check(
        "program",
        lambda: within_budget(home, spec, program_for(spec.program, home.policy, inherited)),
        None,
    )
    launch = (
        objections.check("program", lambda: spawn_fields.launch_of(home, spec, program, brief), None)
        if program
        else None
    )
    objections.check("name", lambda: no_crash_loop(home, agent_id, state, force=request.force), None)
    own_warnings = (*spawn_fields.warnings(spec, home.policy), *unchecked.warnings(home, spec))
    warnings = (*own_warnings, *worktree_warnings(worktree), *(launch.warnings if launch else ()))
    return Draft(
        agent_id,
        spec.spawn_id,
        parent,
        slots,
        role,
        spec,
        brief,
        launch,
        program,
        tuple(objections.errors),
        warnings,
        ghosts=ghosts_now(home, state) if ghosts is None else ghosts,
        respawn_of=request.respawn_of,
    )


def parent_for(home: Home, request: SpawnRequest, state: State) -> str:
    """Below whom it is spawned: the root for the operator, oneself for an agent; raises Refused `hierarchy`."""
    root = home.policy.root.id
    actor = home.actor
    if actor.is_agent:
        parent = resolve(home, request.parent) if request.parent else actor.agent
        if parent != actor.agent:
            raise Refused(
                Code.HIERARCHY,
                "An agent spawns only directly below itself.",
                f"{actor.agent!r} asked for an agent below {parent!r}.",
                "Manage the layer below you; do not skip layers.",
            )
        if actor.agent != root and Ref(actor.agent, actor.spawn_id).find(state.agents) is None:
            raise Refused(Code.HIERARCHY, f"{actor.agent!r} was spawned anew, or is not known to the ledger.")
    else:
        parent = resolve(home, request.parent) if request.parent else root
    must_be_able_to_parent(home, parent, state)
    return parent


def must_be_able_to_parent(home: Home, parent: str, state: State) -> None:
    """Raises Refused: `hierarchy` where the parent does not run, `paused-branch` where everything is frozen."""
    if state.frozen_all:
        raise Refused(
            Code.PAUSED_BRANCH,
            "All agents are frozen.",
            "Nothing is spawned meanwhile.",
            "Thaw them first: swarm-tui thaw",
        )
    if home.is_root(parent):
        return
    record = state.agents.get(parent)
    if record is not None and record.phase in (Phase.SPAWNING, Phase.RUNNING):
        if record.paused is None:
            return
        raise Refused(Code.PAUSED_BRANCH, f"{parent!r} is paused.", hint=f"Let it go on: swarm-tui resume {parent}")
    if any(waiting.id == parent for waiting in state.queue):
        why = "It waits for a slot itself."
    elif record is None:
        why = "It was not spawned through this engine."
    else:
        why = "It is being stopped." if record.phase is Phase.STOPPING else "It has ended."
    raise Refused(
        Code.HIERARCHY, f"{parent!r} cannot have agents below it now.", why, "Spawn below a running agent or the root."
    )


def must_be_free(home: Home, agent_id: str, state: State) -> None:
    """Raises Refused `exists` where the id, or one that a file system may take for it, is taken."""
    record = state.agents.get(agent_id)
    if record is not None and record.holds_slot:
        raise Refused(Code.EXISTS, f"{agent_id!r} exists already.", f"It is {record.phase}.", "Take another name.")
    if any(waiting.id == agent_id for waiting in state.queue):
        raise Refused(Code.EXISTS, f"{agent_id!r} waits in the queue already.", hint="Take another name.")
    directory = home.layout.agent(agent_id).path
    try:
        with os.scandir(directory.parent) as entries:
            twins = [entry.name for entry in entries if twin_key(entry.name) == twin_key(directory.name)]
    except OSError:
        return
    if directory.name in twins and not is_unborn(home.layout.agent(agent_id)):
        raise Refused(
            Code.EXISTS,
            f"{agent_id!r} exists already.",
            f"Its directory is there: {str(directory)!r}.",
            "Take another name, or start the same spec again with: swarm-tui respawn " + agent_id,
        )
    twins = [name for name in twins if name != directory.name]
    if twins:
        raise Refused(
            Code.EXISTS,
            f"{directory.name!r} and {twins[0]!r} would be one name on some file systems.",
            hint="Take another name.",
        )


def no_overlap(home: Home, spec: AgentSpec, state: State) -> None:
    """Raises Refused `owns` where a live agent owns a path that overlaps one of this one's (protocol.md, The spec)."""
    agent_id, owns = spec.id, spec.owns
    no_double_claim(home, spec, state)
    for record in state.agents.values():
        if record.id == agent_id or not record.holds_slot:
            continue
        own_directory = home.layout.agent(record.id).path.relative_to(home.layout.root).as_posix()
        above = agent_id.startswith(record.id + "/")
        theirs = record.owns if above else (*record.owns, own_directory)
        for mine in owns:
            for other in theirs:
                # An agent above it may give it a part of its own paths.
                if overlap(mine, other) and not (above and lies_in(mine, other)):
                    raise Refused(
                        Code.OWNS,
                        f"{mine!r} overlaps {other!r}, which {record.id!r} owns.",
                        "Two live agents may not own overlapping paths.",
                        f"Wait until {record.id!r} has ended, or divide the paths.",
                    )


def no_crash_loop(home: Home, agent_id: str, state: State, *, force: bool = False) -> None:
    """Raises Refused `crash-loop` after 3 failed spawns of a spec in 15 minutes (protocol.md, Processes).

    force: the operator tries a cure at once; Refused `hierarchy` where an agent does.
    """
    if force:
        if home.actor.is_operator:
            return
        raise Refused(
            Code.HIERARCHY,
            "Only the operator starts an agent again in spite of its failed starts.",
            "What made them fail is mended by the operator.",
            "Wait until the time is over, or ask.",
        )
    settings = home.policy.spawn
    awake = home.ledger.now().awake
    recent = [at for at in state.crashes.get(agent_id, ()) if awake - at < settings.crash_window]
    if len(recent) >= settings.crash_limit:
        wait = max(1, round(settings.crash_window - (awake - recent[-settings.crash_limit])))
        raise Refused(
            Code.CRASH_LOOP,
            f"{agent_id!r} failed {len(recent)} times in a row of {settings.crash_window:g} s.",
            "It is not started again until the operator has looked at it, or the time is over.",
            f"See swarm-tui log {agent_id}; when the cause is mended, try it at once with --force, or wait {wait} s.",
        )
