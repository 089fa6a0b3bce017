"""The command that opens an agent's session in a terminal: by the engine while it runs, by its program afterwards."""

import shlex
from pathlib import Path

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.lifecycle.relaunch import session_of
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView
from swarm.programs.base import Program


def session_command(swarm: Swarm, view: AgentView, program: Program | None) -> str:
    """A line for a shell. Looks at the disk. Raises SwarmError with the reason where there is no session to open.

    program: the agent's; None where it is not known. Of a running agent the engine ends the headless run first and
    detaches after; that of one that has ended is a session like any other, without the options that held it to its
    scope.
    """
    if program is None or not program.has_sessions:
        raise SwarmError(f"No command opens the session of {view.id!r}.", "Its program has no sessions.")
    record = view.record
    if record is not None and record.phase is not Phase.ENDED:
        if why := swarm.why_not_attach(view.id):
            raise SwarmError(f"No command opens the session of {view.id!r}.", why)
        return shlex.join(["swarm-tui", "-C", str(swarm.home.layout.root), "attach", view.id])
    agent = swarm.agent_dir(view.id)
    session = session_of(swarm.home, agent, program.name, view.spawn_id)
    launch = program.take_over(view.spec, swarm.home.layout, agent, session) if session and view.spec else None
    if launch is None:
        raise SwarmError(f"No command opens the session of {view.id!r}.", "No session of it is known.")
    return by_hand(launch.argv, session, launch.cwd)


def by_hand(argv: tuple[str, ...], session: str, cwd: Path) -> str:
    """The words up to the session's key, where the program looks for its sessions: those after it are the engine's."""
    return f"cd {shlex.quote(str(cwd))} && {shlex.join(argv[: argv.index(session) + 1])}"
