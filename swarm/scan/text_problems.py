"""What is wrong with the texts of an agent: those that give orders to their reader."""

from collections.abc import Iterator

from swarm.model.causes import ProblemCode
from swarm.model.snapshot import Problem
from swarm.tracking.suspects import Channel, Suspect
from swarm.tracking.tracked_agent import TrackedAgent


def problems_of_texts(agent: TrackedAgent) -> Iterator[Problem]:
    """One problem a text; those of the agent's own files last, because the last one is what an alert quotes."""
    for channel, why in _suspects(agent):
        yield Problem(ProblemCode.INJECTION, f"{channel} looks like an order to its reader: {why}")
    if agent.files is not None and agent.files.suspect_note:
        text = f"a note in its inbox that no verb left looks like an order: {agent.files.suspect_note}"
        yield Problem(ProblemCode.INBOX_INJECTION, text)


def _suspects(agent: TrackedAgent) -> Iterator[Suspect]:
    if agent.stream is not None:
        yield from agent.stream.found
    if agent.suspect_name:
        yield Suspect(Channel.NAMES, agent.suspect_name)
    if agent.files is not None:
        yield from agent.files.suspects
