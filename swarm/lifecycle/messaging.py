"""Messages to running programs through their channels: texts, the end of a sub-agent, the request to end."""

from swarm.errors import Code, SwarmError
from swarm.home.context import Home
from swarm.model.record import Phase, Record
from swarm.processes import stdin_channel
from swarm.programs.base import Program
from swarm.programs.registry import program_for

ASKED_S = 2.0
"""Seconds that a program has to end by itself once it was asked to, before any signal."""
ASKED_SHARE = 0.4
"""No more of the grace than this."""


def program_of(home: Home, record: Record) -> Program | None:
    """What it runs; None where swarm.toml does not know it any more."""
    try:
        return program_for(record.program, home.policy)
    except SwarmError:
        return None


def listens(home: Home, record: Record | None) -> str:
    """Why words do not reach its running program; '' where they do."""
    if record is None or record.phase is not Phase.RUNNING:
        return "it does not run at this moment"
    if record.taken_over:
        return f"{record.taken_over} has taken it over"
    if record.paused is not None:
        return "it is paused"
    program = program_of(home, record)
    if program is None or not program.channel:
        return f"its program ({record.program}) takes no words while it runs"
    if not stdin_channel.is_open(home.layout.agent(record.id)):
        return "its program is ending"
    return ""


def speak(home: Home, record: Record, text: str, key: str = "") -> None:
    """Says something to a running agent. key: the message's id. Raises SwarmError `channel` where it cannot."""
    program = program_of(home, record)
    send(home, record, program.say(text, key) if program is not None else b"")


def ask_what_it_costs(home: Home, record: Record) -> bool:
    """Asks a running program what it has cost so far; it answers in its output. False where it cannot be asked."""
    program = program_of(home, record)
    words = program.ask_what_it_costs() if program is not None and not listens(home, record) else b""
    if not words:
        return False
    try:
        send(home, record, words, wait=0.2)
    except SwarmError:
        return False
    return True


def stop_subagent(home: Home, record: Record, key: str) -> None:
    """Ends one sub-agent of its program's own. Raises SwarmError `channel` where the program cannot do that."""
    program = program_of(home, record)
    words = program.stop_subagent(key) if program is not None else b""
    if not words:
        raise SwarmError(
            f"Sub-agents of {record.id!r} cannot be ended one by one.",
            f"Its program ({record.program}) does not offer that.",
            f"End it with all that it does: swarm-tui kill {record.id}",
            code=Code.CHANNEL,
        )
    send(home, record, words)


def send(home: Home, record: Record, words: bytes, *, wait: float = stdin_channel.WAIT_S) -> None:
    """Writes words into its program's channel in `wait` seconds. Raises SwarmError `channel` where it takes none."""
    if not words:
        raise SwarmError(
            f"{record.id!r} cannot be spoken to.",
            f"Its program ({record.program}) takes no words while it runs.",
            "Leave it a message: it reads its inbox between two pieces of work.",
            code=Code.CHANNEL,
        )
    stdin_channel.tell(home.layout.agent(record.id), words, wait=wait)
