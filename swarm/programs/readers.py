"""How a program's output is read: one language each, and a fresh reader for every file and every run of output."""

from collections.abc import Callable

from swarm.config.policy import Policy
from swarm.model.activity import Reader

NewReader = Callable[[], Reader]


def new_reader_for(name: str, policy: Policy) -> NewReader | None:
    """What makes readers for the output of a program of this name; None where it is plain text, or no such program is.

    A program of the kind `command` has one where swarm.toml says in whose `format` it writes.
    """
    settings = policy.programs.get(name)
    kind = (settings.kind if settings else "") or name
    return new_reader_of(settings.format if settings and kind == "command" else kind)


def new_reader_of(language: str) -> NewReader | None:
    """What makes readers for one program's language; None where it is none of those that are known."""
    if language == "claude":
        from swarm.programs.claude.stream import ClaudeReader

        return ClaudeReader
    if language == "codex":
        from swarm.programs.codex.stream import CodexReader

        return CodexReader
    if language == "gemini":
        from swarm.programs.gemini.stream import GeminiReader

        return GeminiReader
    if language == "opencode":
        from swarm.programs.opencode.stream import OpenCodeReader

        return OpenCodeReader
    return None
