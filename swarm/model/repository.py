"""A git worktree of one agent's own, and what differs in it: values for the spec, the ledger and the surfaces."""

from msgspec import Struct

from swarm.model.bounds import NonEmpty, Text


class Worktree(Struct, frozen=True, omit_defaults=True):
    """Where an agent's worktree lies, and on which branch of which repository. It is made at the agent's spawn."""

    common: NonEmpty
    """The repository: the absolute path of its git directory, which all of its worktrees have in common."""
    path: NonEmpty
    """The worktree, relative to the home."""
    branch: NonEmpty
    """Its branch, without `refs/heads/`."""
    base: NonEmpty
    """The commit that it was made from."""
    into: Text = ""
    """The branch that it was made from, and that it is merged into; '' where it was made from something else."""
    checkout: Text = ""
    """The repository's own checkout, absolute; '' of a bare repository."""

    @property
    def name(self) -> str:
        """Its name in the repository: git calls it after the last part of its path."""
        return self.path.rpartition("/")[2]


class ChangedFile(Struct, frozen=True):
    """One file that differs between a worktree and what it is merged into."""

    path: str
    """Relative to the worktree, as git names it: clean it before it is shown."""
    added: int | None = None
    """Lines; None of a binary file, and of one that git does not know yet."""
    removed: int | None = None
    uncommitted: bool = False
    """Its last changes are in no commit."""


class Changes(Struct, frozen=True):
    """What a look at a worktree saw."""

    files: tuple[ChangedFile, ...] = ()
    """By name."""
    commits: int = 0
    """On its branch, and not in what it is merged into."""
    head: str = ""
    """The branch it stands on; '' where it stands on none."""
    cut: bool = False
    """There are more files than were read."""
    why: str = ""
    """Why nothing is known of it; '' where everything above is."""

    @property
    def uncommitted(self) -> int:
        """The number of files whose last changes are in no commit."""
        return sum(file.uncommitted for file in self.files)
