"""Which session of its program an agent has: chosen by us, or said by the program in its output."""

from swarm import store
from swarm.activity import Kind
from swarm.errors import SwarmError
from swarm.home import Home
from swarm.layout import AgentDir
from swarm.programs import program_for

HEAD_BYTES = 1 << 20
"""A program names its session in its first lines."""


def session_of(home: Home, agent: AgentDir, program: str, spawn_id: str = "") -> str:
    """The session to take up again; '' where none is known. spawn_id: only of this spawn, where it is given."""
    try:
        chosen = store.read_json(agent.session)
    except SwarmError:
        chosen = None
    if chosen is not None and spawn_id in ("", chosen.get("spawn_id")):
        session = chosen.get("session")
        if isinstance(session, str) and is_plain(session):
            return session
    return _said(home, agent, program)


def _said(home: Home, agent: AgentDir, program: str) -> str:
    try:
        reader = program_for(program, home.policy).reader()
    except SwarmError:
        return ""
    if reader is None:
        return ""
    try:
        read = store.read_head(agent.stdout, HEAD_BYTES)
    except SwarmError:
        return ""
    for line in read.data.split(b"\n") if read is not None else ():
        for activity in reader.feed(line):
            if activity.kind is Kind.STARTED and is_plain(activity.key):
                return activity.key
    return ""


def is_plain(session: str) -> bool:
    """A word that can stand in a command line and be nothing but a session there."""
    return 0 < len(session) <= 200 and session[0].isalnum() and session.replace("-", "").replace("_", "").isalnum()
