"""A git worktree of one agent's own, and what differs in it: values for the spec, the ledger and the surfaces."""

from typing import Annotated

from msgspec import Meta, Struct

from swarm.model.bounds import Text

PLACE = "swarm/worktrees"
"""Where worktrees lie, relative to the home."""
SHADOWS = frozenset(
    {
        *(".bash_profile", ".bashrc", ".profile", ".zprofile", ".zshrc"),
        *(".claude", ".gitconfig", ".gitmodules", ".idea", ".mcp.json", ".ripgreprc", ".vscode"),
    }
)
"""Names at the top of a worktree under which a sandbox shows empty files that are not there, so that none is made:
agents that are held to a scope cannot write what is called so."""
_NAME = r"[a-z0-9][a-z0-9._-]*\Z"


class Worktree(Struct, frozen=True, omit_defaults=True):
    """Where an agent's worktree lies, and on which branch of which repository. It is made at the agent's spawn."""

    common: Annotated[str, Meta(pattern=r"\A/", max_length=4096)]
    """The repository: the absolute path of its git directory, which all of its worktrees have in common."""
    path: Annotated[str, Meta(pattern=rf"\A{PLACE}/{_NAME}", max_length=200)]
    """The worktree, relative to the home."""
    branch: Annotated[str, Meta(pattern=rf"\Aswarm/{_NAME}", max_length=200)]
    """Its branch, without `refs/heads/`."""
    base: Annotated[str, Meta(pattern=r"\A[0-9a-f]{40,64}\Z")]
    """The commit that it was made from."""
    into: Text = ""
    """The branch that it was made from, and that it is merged into; '' where it was made from something else."""
    checkout: Text = ""
    """The repository's own checkout, absolute; '' of a bare repository."""

    @property
    def name(self) -> str:
        """Its name in the repository: git calls it after the last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def source(self) -> str:
        """`REPO@REF` that a worktree like it is made from."""
        return f"{self.checkout or self.common}@{self.into or self.base}"

    def inside(self, path: str) -> str | None:
        """A path of the home as one of the worktree, '' for the worktree itself; None where it lies elsewhere."""
        if path == self.path:
            return ""
        return path.removeprefix(f"{self.path}/") if path.startswith(f"{self.path}/") else None


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
    ignored: int = 0
    """Files and directories that git ignores, without the caches of tools, and one for submodules that were fetched:
    they are in no commit, and may be work."""
    why: str = ""
    """Why nothing is known of it; '' where everything above is."""

    @property
    def uncommitted(self) -> int:
        """The number of files whose last changes are in no commit."""
        return sum(file.uncommitted for file in self.files)

    def holds_nothing(self, branch: str) -> bool:
        """Whether nothing is in the worktree that is not elsewhere. branch: the one that it has to stand on."""
        known = not self.why and not self.cut and self.head == branch
        return known and not self.files and not self.commits and not self.ignored
