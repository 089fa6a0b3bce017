"""A session as the program's own listing tells of it: one that this home need not have started."""

from enum import StrEnum

from msgspec import Struct

from swarm.model.agent import Identity


class SessionKind(StrEnum):
    """Who sees to a session."""

    INTERACTIVE = "interactive"
    """A person, in a terminal."""
    BACKGROUND = "background"
    """A daemon of the program's own, that outlives the process that handed the session to it."""
    OTHER = "other"


class ListedSession(Struct, frozen=True):
    """One session of a program's own listing. Its texts are raw: clean them before they are shown."""

    program: str
    key: str
    """By which the program goes on with it."""
    short: str = ""
    """By which the program ends it; '' where it offers no way."""
    name: str = ""
    kind: SessionKind = SessionKind.OTHER
    cwd: str = ""
    started_at: float = 0.0
    """Wall seconds."""
    status: str = ""
    """In the program's own word: busy, idle."""
    processes: tuple[Identity, ...] = ()
    """Those that the listing names, as far as they live and started when it says that they did."""
    is_kept: bool = True
    """The program has written down what was said in it: nothing goes on with a session that has just begun."""
    alone_by: str = ""
    """What gives it a process of its own, as a command for a person; '' where its process runs no other session."""
    launched_by: tuple[str, ...] | None = None
    """Keys of the sessions in which it was started; empty: in none. None: this release does not tell."""
