"""The fields of a spawn that was asked for, one by one: each as the spec takes it, or why it is refused."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from swarm.admission.spawn_limits import must_be_short
from swarm.admission.worktrees import directory_in, path_in
from swarm.config.policy import Policy
from swarm.errors import Code, Refused
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import Acceptance, AgentSpec, Scope
from swarm.model.launch import Launch
from swarm.model.repository import Worktree
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.programs import model_tier
from swarm.programs.base import Program
from swarm.programs.registry import COMMAND
from swarm.protocol.agent_files import read_spec
from swarm.protocol.inputs import fault_of, nearest
from swarm.protocol.owned_paths import overlap
from swarm.protocol.paths import Layout
from swarm.protocol.role import Role


def slots(home: Home, request: SpawnRequest, role: Role | None) -> int:
    """What it commits: as asked, else the policy's for its role, else the role's own. Raises Refused `budget`."""
    if request.slots is None:
        own = 1 + (role.subagents if role else 0)
        return max(own, home.policy.slots.for_role(request.role, role.slots if role else 1))
    if not 1 <= request.slots <= 1000:
        raise Refused(
            Code.BUDGET, f"{request.slots} is not a number of slots.", "An agent takes 1 to 1000, itself included."
        )
    return request.slots


def _relative(layout: Layout, path: str, code: Code) -> str:
    """The path relative to the home, tidied; raises Refused where it is empty, leads out, or holds a NUL."""
    if not path.strip() or "\0" in path:
        raise Refused(code, f"{path[:80]!r} is not a path.")
    whole = os.path.normpath(layout.root / path)
    root = str(layout.root)
    if whole != root and not whole.startswith(root + os.sep):
        raise Refused(code, f"{path[:200]!r} leads out of the home.", f"The home is {root!r}.", "Name a path below it.")
    return os.path.relpath(whole, root)


def inputs(layout: Layout, inputs: Iterable[str], *, again: bool = False) -> tuple[str, ...]:
    """The inputs, under each of which something is found; raises Refused `input` with the nearest names (failure 2).

    again: they were taken at an earlier spawn, maybe by a version that asked for no slash behind a directory.
    """
    for path in inputs:
        if not path.strip() or "\0" in path:
            raise Refused(Code.INPUT, f"{path[:80]!r} is not a path.")
        fault = fault_of(layout.root, path, at_spawn=not again)
        if fault:
            is_directory = os.path.isdir(layout.root / path) and not path.endswith("/")
            near = [f"{path}/"] if is_directory else nearest(layout.root, path)
            raise Refused(
                Code.INPUT,
                f"The input {path[:200]!r} {fault}.",
                "Nearest: " + ", ".join(near) + "." if near else f"Nothing like it is below {str(layout.root)!r}.",
                "Inputs are relative to the home; an agent that finds nothing goes on as if all were fine. "
                "A name that ends with / means a directory.",
            )
    return tuple(inputs)


def outputs(outputs: Iterable[str]) -> tuple[str, ...]:
    """The patterns of files that count as outputs; raises Refused `input` where one leads out."""
    for pattern in outputs:
        if not pattern.strip() or "\0" in pattern or ".." in Path(pattern).parts:
            raise Refused(
                Code.INPUT,
                f"{pattern[:200]!r} cannot be counted as outputs.",
                "A pattern stays below the working directory.",
            )
    return tuple(outputs)


def owned(
    layout: Layout, agent_id: str, owns: Iterable[str], role: Role | None, worktree: Worktree | None = None
) -> tuple[str, ...]:
    """The paths it is to own, relative to the home; raises Refused `owns` where they are not its to have.

    With a worktree they are asked for as paths of that.
    """
    if worktree is not None:
        paths = tuple(path_in(worktree, path, Code.OWNS) for path in owns)
    else:
        paths = tuple(_relative(layout, path, Code.OWNS) for path in owns)
    own = layout.agent(agent_id).path.relative_to(layout.root).as_posix()
    for path in paths:
        inside = path == own or path.startswith(own + "/")
        if role is not None and role.observes and not inside:
            raise Refused(
                Code.OWNS,
                f"The role {role.name!r} only observes: it owns nothing but its own directory.",
                f"{path!r} is not below {own!r}.",
                "An observer that fixes breaks the audit trail; have it report, and spawn a worker for the fix.",
            )
        if worktree is None and not inside and overlap(path, "swarm"):
            raise Refused(
                Code.OWNS,
                f"{path!r} overlaps the directory `swarm`, which the engine and the agents own.",
                hint="Name the directories that the task is about.",
            )
    return paths


def acceptance(outcomes: Iterable[Acceptance]) -> tuple[Acceptance, ...]:
    """The outcomes; raises Refused `acceptance` where one says nothing."""
    for outcome in outcomes:
        if not outcome.text.strip():
            raise Refused(
                Code.ACCEPTANCE,
                "An acceptance criterion is empty.",
                hint='Name one: "report.md is there::test -s report.md".',
            )
        if outcome.check is not None and (not outcome.check.strip() or "\0" in outcome.check):
            raise Refused(
                Code.ACCEPTANCE, "The check of an acceptance criterion is empty.", hint="Write TEXT::COMMAND."
            )
    return tuple(outcomes)


def warnings(spec: AgentSpec, policy: Policy) -> Iterable[str]:
    """What is allowed and still not wise."""
    yield from model_tier.warnings(spec, policy)
    if spec.slots > 1 and spec.scope is Scope.WORK:
        yield f"A {spec.role} does its work itself; {spec.slots} slots let it spawn {spec.slots - 1} more."


def program_of(home: Home, request: SpawnRequest) -> str:
    """The name of the program it runs."""
    return request.program or (COMMAND if request.command else home.policy.spawn.program)


def model(home: Home, request: SpawnRequest, state: State) -> str:
    """The model it runs; raises Refused `model` where that is not the tier of this swarm (failure 4).

    Where swarm.toml sets no tier, the one that living agents were given by name is it.
    """
    models = home.policy.models
    settings = home.policy.programs.get(program_of(home, request))
    model = request.model or (settings.model if settings else "") or models.tier
    if models.tier and model != models.tier and not models.allow_mixed:
        raise Refused(
            Code.MODEL,
            f"The model {model[:80]!r} is not this swarm's tier, {models.tier!r}.",
            "One tier in the whole swarm: weaker workers cost more in debugging than they save.",
            "Leave --model out, or set [models] allow_mixed = true in swarm.toml.",
        )
    if request.model and not models.tier and not models.allow_mixed:
        _must_be_alone(home, request, state)
    return model


def _must_be_alone(home: Home, request: SpawnRequest, state: State) -> None:
    for record in state.agents.values():
        if not record.live or record.program != program_of(home, request):
            continue
        theirs = read_spec(home.layout.agent(record.id)).value
        if theirs is not None and theirs.model and theirs.model != request.model:
            raise Refused(
                Code.MODEL,
                f"The model {request.model[:80]!r} is not the one that {record.id!r} runs, {theirs.model!r}.",
                "One tier in the whole swarm: weaker workers cost more in debugging than they save.",
                "Leave --model out, or set [models] allow_mixed = true in swarm.toml.",
            )


def directory(layout: Layout, cwd: str, worktree: Worktree | None = None) -> str:
    """Its working directory: relative to the home where it lies in that, absolute where not, '' for its own.

    With a worktree it is asked for as a path of that. Raises Refused `input` where there is no such directory.
    """
    if worktree is not None:
        return directory_in(worktree, cwd)
    if not cwd:
        return ""
    if not cwd.strip() or "\0" in cwd:
        raise Refused(Code.INPUT, f"{cwd[:80]!r} is not a path.")
    whole = os.path.normpath(layout.root / os.path.expanduser(cwd))
    if not os.path.isdir(whole):
        near = nearest(layout.root, cwd)
        raise Refused(
            Code.INPUT,
            f"The working directory {whole[:300]!r} does not exist.",
            "Nearest: " + ", ".join(near) + "." if near else "",
            "Make it first.",
        )
    inside = Path(whole).is_relative_to(layout.root)
    return os.path.relpath(whole, layout.root) if inside else whole


def environment(request: SpawnRequest) -> dict[str, str]:
    """The variables on top of the operator's; raises Refused `name` for what cannot be one, or is ours."""
    for name, value in request.env.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or "\0" in value:
            raise Refused(Code.NAME, f"{name[:80]!r} is not a name for a variable.", hint="Write --env NAME=VALUE.")
        if name.startswith("SWARM_"):
            raise Refused(Code.NAME, f"{name} is set by the engine.", "It tells who an agent is.", "Take another name.")
    return dict(request.env)


def launch_of(home: Home, spec: AgentSpec, program: Program, brief: str) -> Launch:
    """How it is started; raises Refused: `program` where that cannot be run, `scope` where it could not be held."""
    needs = program.needs()
    for need in needs:
        if need.required and not need.ok:
            raise Refused(Code.PROGRAM, f"{program.name!r} cannot be started: {need.text}.", hint=need.hint)
    if spec.argv and not program.takes_command:
        raise Refused(
            Code.PROGRAM,
            f"The program {program.name!r} takes no command after --.",
            "It is told what to do by its brief.",
            f"Leave the command out, or --program. Words for its own command line: [programs.{program.name}] args.",
        )
    agent = home.layout.agent(spec.id)
    launch = program.prepare(spec, home.layout, agent, brief)
    must_be_short(launch)
    word = launch.argv[0]
    if "/" in word:
        # Its own directory and its worktree are not there yet, so a path in them is left to the start itself.
        place = launch.cwd / word
        there = os.access(place, os.X_OK) and place.is_file()
        made_later = agent.path, *((home.layout.root / spec.worktree.path,) if spec.worktree is not None else ())
        if not there and not any(place.is_relative_to(each) for each in made_later):
            raise Refused(
                Code.PROGRAM,
                f"{word[:200]!r} cannot be run.",
                "There is no such file." if not place.exists() else "It is not executable.",
                f"A relative path starts at the agent's working directory, {str(launch.cwd)!r}.",
            )
    elif shutil.which(word, path=launch.environment.get("PATH", os.defpath)) is None:
        raise Refused(
            Code.PROGRAM, f"{word[:200]!r} is not on PATH.", f"PATH is {launch.environment.get('PATH', '')[:500]!r}."
        )
    told = tuple(f"{program.name}: {need.text}. {need.hint}" for need in needs if need.told and not need.ok)
    return replace(launch, warnings=(*launch.warnings, *told)) if told else launch
