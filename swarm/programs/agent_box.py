"""The box of a command that is held to its scope: it reads everything, and writes only where its agent may.

A box of the system's (bubblewrap on Linux), as acceptance checks have one. In it `swarm-tui progress` and `done` work;
verbs that change the ledger do not. Processes outside are out of its reach, and so are sockets of the user's services.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from swarm.errors import Code, Refused
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.programs.listeners import listening_places
from swarm.programs.sandbox import bubblewrap, is_hidden, on_path, walls
from swarm.programs.work_places import git_keeps, git_writes, owned
from swarm.protocol.owned_paths import fixed_parts
from swarm.protocol.paths import AgentDir, Layout

SPARED = ("/bin/sh", "-c", "trap '' TERM; exec \"$@\"", "sh")
"""A box dies of a signal that asks its command to end, and all in it with it: so the box itself does not hear it."""
HEARS = "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
"""Within the box the command hears it again. No shell could say so: what was ignored at its start stays ignored."""


class Box(NamedTuple):
    """How a command with a scope is started. words: what stands before it; none where it runs without a box."""

    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What a caller that spawns it should know."""


def box_of(spec: AgentSpec, layout: Layout, agent: AgentDir, launch: Launch, scope: str) -> Box:
    """The box of an agent that has a write scope; none, and a warning, where it cannot be had.

    launch: how it is started without. scope: that of its program's settings. Raises Refused `scope` where those ask for
    a box that cannot be had.
    """
    if not spec.has_write_scope:
        return Box()
    if scope == "narrow":
        return Box(warnings=(_unheld(spec, f'scope = "narrow" of the program {spec.program!r} asks for none'),))
    from swarm.programs import preflight  # only agents with a scope need a box

    why = _unholdable(spec, layout) or preflight.no_box(launch.environment)
    if not why:
        return Box(_words(spec, layout, agent, launch))
    if scope == "sandbox":
        raise Refused(
            Code.SCOPE,
            f"{spec.id!r} is to be held in a box, and cannot be: {why}.",
            f'[programs] scope = "sandbox" in swarm.toml asks for it; the agent {_because(spec)}.',
            'Set scope = "auto": then it runs without one, and what it writes elsewhere is seen.',
        )
    return Box(warnings=(_unheld(spec, why),))


def _because(spec: AgentSpec) -> str:
    return "only observes" if spec.observes else f"owns {', '.join(spec.owns)}"[:200]


def _unheld(spec: AgentSpec, why: str) -> str:
    return (
        f"{spec.name} {_because(spec)}, and runs without a box: {why}. What it writes elsewhere is not prevented; "
        "it is looked for while it runs, and [scope] in swarm.toml says what follows."
    )


def _unholdable(spec: AgentSpec, layout: Layout) -> str:
    """Why no box could be made of what it owns; '' where one can."""
    if spec.observes or spec.worktree is not None:
        return ""
    root = os.path.realpath(layout.root)
    for path in spec.owns:
        place = os.path.join(layout.root, *fixed_parts(path))
        if not os.path.realpath(place).startswith(root + "/"):
            return f"{path!r} leads out of the home by a link"
        own = os.path.join(layout.agent(spec.id).path, "")
        if not os.path.isdir(place) and not os.path.join(place, "").startswith(own):
            return (
                f"{path!r} is {'a file' if os.path.exists(place) else 'not there yet'}, and a box holds to directories"
            )
    return ""


def _words(spec: AgentSpec, layout: Layout, agent: AgentDir, launch: Launch) -> tuple[str, ...]:
    environment = launch.environment
    from swarm.programs import preflight

    place = preflight.executable("bwrap", environment)
    words = [*SPARED, *bubblewrap(place), *walls((layout.root, launch.cwd, *_called(launch.argv, environment)))]
    for listening in map(str, listening_places(environment)):
        if not is_hidden(listening):
            words += ["--tmpfs", listening] if os.path.isdir(listening) else ["--ro-bind", os.devnull, listening]
    for path in _writable(spec, layout, agent):
        words += ["--bind-try", path, path]
    # After what they lie in: the engine's own files, and what git goes by, stay as they are.
    for kept in (agent.spec, agent.task, agent.exit, agent.ended, agent.log, agent.run, *git_keeps(spec)):
        words += ["--ro-bind-try", os.path.realpath(kept), os.path.realpath(kept)]
    python = os.path.realpath(sys.executable)
    return (*words, "--chdir", str(launch.cwd), "--", python, "-I", "-S", "-c", HEARS)


def _writable(spec: AgentSpec, layout: Layout, agent: AgentDir) -> list[str]:
    """Real paths, outer ones first. What lies in its own directory is its own already."""
    places: list[str] = [os.fspath(agent.path)]
    if not spec.observes:
        places += [os.path.join(layout.root, *fixed_parts(path)) for path in spec.owns if spec.worktree is None]
        if spec.worktree is not None:
            places += map(os.fspath, (*owned(spec, layout), *git_writes(spec)))
    return sorted(dict.fromkeys(map(os.path.realpath, places)))


def _called(argv: tuple[str, ...], environment: Mapping[str, str]) -> list[str]:
    """What is read to run it, wherever it is installed: what its words name, programs on its PATH, swarm-tui itself."""
    ours = (sys.prefix, os.fspath(Path(__file__).parents[2]), os.path.realpath(sys.executable))
    named = [word for word in argv if os.path.isabs(word) and os.path.exists(word)]
    return [*on_path(environment), *ours, *named]
