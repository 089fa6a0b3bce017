"""How long what is handed to an agent may be: whole, or refused before anything is done, with the limit named."""

from swarm.errors import Code, Refused
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.protocol.agent_files import spec_json
from swarm.store.jsonio import for_people
from swarm.store.reader import JSON_BYTES

MAX_WORD = 128 * 1024 - 1
"""Bytes of one word that Linux starts a program with."""


def must_be_readable(spec: AgentSpec) -> None:
    """Raises Refused `brief` where agent.json would be longer than it is read."""
    size = len(for_people(spec_json(spec)))
    if size > JSON_BYTES:
        raise Refused(
            Code.BRIEF,
            "The task is too long.",
            f"With its outcomes it would make an agent.json of {size} bytes; {JSON_BYTES} at most are read.",
            "Put it into a file of the home, name that with --input, and say in the task to read it.",
        )


def must_be_short(launch: Launch) -> None:
    """Raises Refused `program` where a system starts no program with such long words."""
    named = (f"{name}={value}" for name, value in launch.env.items())
    for word in (*launch.box, *launch.argv, *named):
        if (size := len(word.encode("utf-8", "surrogateescape"))) > MAX_WORD:
            raise Refused(
                Code.PROGRAM,
                f"{word[:80]!r}... is too long for a command line.",
                f"It has {size} bytes; a word, or a variable, has {MAX_WORD} at most.",
                "Put it into a file, and name that.",
            )
