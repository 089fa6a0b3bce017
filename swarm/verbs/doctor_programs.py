"""doctor, on what agents run: each program is run and asked, and the environment that agents work in is named."""

import os
import shutil
import sys
from collections.abc import Iterator

from swarm.admission.environment import names_that_differ
from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.model.requests import Finding, Level
from swarm.platform.own_command import OUR_COMMAND, our_shell_words
from swarm.programs import preflight
from swarm.programs.base import Program
from swarm.programs.environment import present
from swarm.programs.questions import FAILURES, ask
from swarm.programs.registry import CODING, program_for
from swarm.protocol import agent_environment

LOGIN_SHELL_S = 5.0


def of_programs(home: Home) -> Iterator[Finding]:
    """What is there of what the programs need, what each answers, and whether agents find swarm-tui."""
    chosen = {home.policy.spawn.program, home.policy.root.program} - {""}
    used = chosen | set(home.policy.programs)
    path = present().get("PATH", os.defpath)
    for name in sorted(used | {name for name in CODING if shutil.which(name, path=path)}):
        try:
            program = program_for(name, home.policy)
        except SwarmError as error:
            if name in used:
                yield Finding(Level.ERROR, "programs", f"{name}: {error.title}", error.hint)
            continue
        yield from _command(home, name) if program.takes_command else _needs(program, must=name in chosen)
    which = shutil.which(OUR_COMMAND, path=path)
    if which is None:
        yield Finding(
            Level.WARNING, "programs", "swarm-tui itself is not on PATH", "Agents call it: put its directory on PATH."
        )
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(
        Level.OK, "programs", f"python {python} at {sys.executable}" + (f", swarm-tui at {which}" if which else "")
    )
    if not _login_shell_finds_us():
        yield Finding(
            Level.NOTE,
            "shell",
            "a login shell (sh -lc) does not find swarm-tui: agents that use one call it by $SWARM_TUI",
            f"Put it where every shell looks, like: ln -s {our_shell_words()} /usr/local/bin/",
        )


def of_environment(home: Home) -> Iterator[Finding]:
    """The environment of the root and of what heartbeats spawn, by names only."""
    agent = home.layout.agent(home.policy.root.id)
    try:
        kept = agent_environment.read(agent.environment)
    except SwarmError as error:
        cure = "Remove that file; it is kept anew when a control room or swarm-tui run begins to beat."
        yield Finding(Level.ERROR, "environment", f"{error.title} {error.detail}", cure)
        return
    if kept is None:
        text = "the root, and what heartbeats spawn, work in the environment of whatever process beats"
        yield Finding(
            Level.NOTE, "environment", text, "It is kept when a control room or swarm-tui run begins to beat."
        )
        return
    yield Finding(Level.OK, "environment", f"the root, and what heartbeats spawn, work with: {', '.join(sorted(kept))}")
    if differs := names_that_differ(agent):
        yield Finding(
            Level.NOTE,
            "environment",
            f"other in this shell than in theirs: {', '.join(differs)}",
            "A control room, or swarm-tui run, that begins to beat in this shell takes it over where no login is lost.",
        )


def _command(home: Home, name: str) -> Iterator[Finding]:
    settings = home.policy.programs.get(name)
    if settings is None or not settings.argv:
        yield Finding(Level.OK, "programs", f"{name}: runs the command that a spawn gives after --")
    elif (found := shutil.which(settings.argv[0])) is None:
        yield Finding(
            Level.ERROR, "programs", f"{name}: {settings.argv[0]!r} is not on PATH", f"[programs.{name}] argv"
        )
    else:
        yield Finding(Level.OK, "programs", f"{name}: {found}")


def _needs(program: Program, *, must: bool) -> Iterator[Finding]:
    """must: agents run it where a spawn does not say otherwise, so that what is missing keeps them from starting."""
    runs = False
    for need in program.needs():
        lack = (Level.ERROR if must else Level.WARNING) if need.required else Level.NOTE
        text = f"{program.name}: {need.text}" if need.required else f"{program.name}, {need.name}: {need.text}"
        if need.ok and need.required and os.path.isabs(need.text):
            answer = preflight.answer(need.text, present())
            runs = not answer.why
            if answer.why:
                cure = f"Run it by hand: {need.text} --version"
                yield Finding(lack, "programs", f"{text} does not run: {answer.why}", cure)
                continue
            text += f", version {answer.version}" if answer.version else ", which did not say its version"
            yield from _untested(program, answer.version)
        elif need.ok and need.name == "login" and runs and (says := program.why_not_logged_in()):
            yield Finding(Level.WARNING, "programs", f"{text}, and yet {says}", f"Start {program.name} once by hand.")
            continue
        yield Finding(Level.OK if need.ok else lack, "programs", text, "" if need.ok else need.hint)


def _untested(program: Program, number: str) -> Iterator[Finding]:
    """A release may read its words, and write its stream, in another way than those that the tests run."""
    if number and program.tested and number not in program.tested:
        text = f"{program.name} {number} was not tested with this swarm-tui; {' and '.join(program.tested)} were"
        hint = "Try it with one agent first: limits and permissions go by what a release says and offers."
        yield Finding(Level.WARNING, "programs", text, hint)


def _login_shell_finds_us() -> bool:
    """A shell that reads its profile sets PATH anew."""
    try:
        return ask(["sh", "-lc", f"command -v {OUR_COMMAND}"], None, seconds=LOGIN_SHELL_S).returncode == 0
    except FAILURES:
        return True  # it cannot be told
