"""A role as its file declares it in the front matter: each setting with its type, bounds and default."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Lines = Annotated[tuple[str, ...], Meta(min_length=1)]


class Role(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The front matter of roles/<name>.md."""

    name: str
    summary: Annotated[str, Meta(min_length=1, max_length=300)]
    scope: Literal["orchestrate", "work", "scout", "observe"] = "work"
    """`observe`: it owns nothing but its own directory (field report, failure 10)."""
    slots: Annotated[int, Meta(ge=0, le=1000)] = 1
    """The slots that it commits where neither the spawn nor [slots.roles] says; 0 only for the root."""
    spawns: bool = False
    """It may have agents below it."""
    subagents: Annotated[int, Meta(ge=0, le=100)] = 0
    """Sub-agents of its program's own that it may have at once. Each takes a slot of its budget."""
    reserve: bool = False
    """It may use the reserve."""
    every: Annotated[int, Meta(ge=1)] | None = None
    """A suggestion for [schedule]: the number of heartbeats between two spawns of it."""
    cwd: str = ""
    """Where its agents work, where a spawn does not say: relative to their worktree, else to the home; or absolute."""
    worktree: str = ""
    """`REPO[@REF]`: each of its agents gets a worktree of its own, where a spawn does not say."""
    inputs: Lines
    outputs: Lines
    owns: Lines
    done_when: Lines
    must_not: Lines

    @property
    def observes(self) -> bool:
        """Whether it only looks."""
        return self.scope == "observe"
