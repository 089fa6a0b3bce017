"""How many sub-agents Claude Code's stream has at work, for a hook that asks while the program runs."""

from swarm.programs.claude.stream import ClaudeReader
from swarm.programs.follower import whole_output
from swarm.protocol.paths import AgentDir


def live_subagents(agent: AgentDir, wall: float) -> int | None:
    """Those that have started and not ended; None where the output cannot be read to its end. wall: seconds now."""
    activity = whole_output(agent.stdout, ClaudeReader, wall)
    return len(activity.subagents) if activity is not None else None
