"""Finds the repository that `REPO[@REF]` names, the commit to begin at, and free names for a worktree in it."""

import os
import re
from pathlib import Path

from msgspec import Struct

from swarm.errors import Code, Refused
from swarm.model.repository import Worktree
from swarm.repositories.git import Answer, GitError, Place, git
from swarm.sanitize import clean

HEADS = "refs/heads/"
BRANCHES = "swarm/"
"""What the branches of agents begin with."""
MAX_NAME = 80
MAX_TRIES = 1000


class Repository(Struct, frozen=True):
    """A repository, and where a new worktree in it begins."""

    common: Path
    """The git directory that all of its worktrees have in common."""
    checkout: str
    """Its own checkout; '' of a bare one."""
    base: str
    """A commit."""
    into: str
    """The branch that names the commit, without `refs/heads/`; '' where none does."""

    @property
    def place(self) -> Place:
        """It as a whole, for git."""
        return Place(self.common)


def locate(home: Path, words: str) -> Repository:
    """The repository of `REPO`, `REPO@REF` or `@REF`: REPO is a directory, relative to the home, in it or above it.

    The longest part before an @ that is a directory is REPO; without one, REPO is the home. REF is its checked out
    commit where it is not given. Raises Refused `repository`.
    """
    directory, ref = _divided(home, words)
    inside = _asked(directory, "rev-parse", "--is-bare-repository", "--git-common-dir")
    bare, _, common = inside.line.partition("\n")
    found = Path(os.path.realpath(directory / common))
    if "\n" in common or not found.is_dir():
        raise _refused(f"The repository at {_shown(directory)} cannot be used.", "Its path holds a line break.")
    checkout = _checkout(found) if bare != "true" else ""
    base = _asked(directory, "rev-parse", "--verify", "--quiet", f"{ref or 'HEAD'}^{{commit}}", ok=(0, 1, 128))
    if base.status:
        if ref:
            raise _refused(
                f"{clean(ref, 200)!r} is no commit of the repository {_shown(directory)}.",
                hint="Name a branch, a tag or a commit that is there: REPO@REF.",
            )
        raise _refused(
            f"The repository {_shown(directory)} has no commit yet.", hint="Make the first one, and try again."
        )
    named = _asked(directory, "rev-parse", "--symbolic-full-name", ref or "HEAD", ok=(0, 128))
    return Repository(found, checkout, base.line, _branch(named.line))


def locate_beside(worktree: Worktree, ref: str) -> Repository:
    """The repository of an agent's worktree, from its branch on or from `ref`. Raises Refused `repository`.

    What lies in the worktree is not asked: an agent can write it.
    """
    place = Place(Path(worktree.common))
    if ref.startswith("-") or not ref.isprintable():
        raise _refused(f"{clean(ref, 200)!r} is no commit.")
    begin = ref or HEADS + worktree.branch
    base = git("rev-parse", "--verify", "--quiet", f"{begin}^{{commit}}", at=place, ok=(0, 1, 128))
    if base.status:
        raise _refused(f"{clean(begin, 200)!r} is no commit of the repository {_shown(place.common)}.")
    named = git("rev-parse", "--symbolic-full-name", begin, at=place, ok=(0, 128)).line
    return Repository(place.common, worktree.checkout, base.line, _branch(named))


def free_name(repository: Repository, agent_id: str, root: str, worktrees: Path) -> str:
    """A name for the worktree of an agent that neither a worktree nor a branch has yet, like `idea-a.worker-1`.

    root: the root agent's id, which says nothing. worktrees: the directory that worktrees lie in.
    """
    plain = agent_id.removeprefix(f"{root}/").replace("/", ".")
    plain = re.sub(r"\.{2,}", ".", plain)[-MAX_NAME:].strip("._-").removesuffix(".lock") or "agent"
    branches = git(
        *("for-each-ref", "--format=%(refname)%00", f"{HEADS}{BRANCHES}"),
        at=repository.place,
        what="No branch is read.",
    )
    taken = {name.strip("\n").removeprefix(f"{HEADS}{BRANCHES}").casefold() for name in branches.names()}
    for number in range(1, MAX_TRIES):
        name = plain if number == 1 else f"{plain}-{number}"
        used = name.casefold() in taken or os.path.lexists(worktrees / name)
        if not used and not os.path.lexists(repository.common / "worktrees" / name):
            return name
    raise _refused(f"There are {MAX_TRIES} worktrees called like {plain!r}.", hint="Remove some: swarm-tui worktrees")


def _branch(named: str) -> str:
    """The branch that a full name means; '' for everything else."""
    return named.removeprefix(HEADS) if named.startswith(HEADS) else ""


def _divided(home: Path, words: str) -> tuple[Path, str]:
    if "\0" in words or not words.isprintable():
        raise _refused(f"{clean(words, 80)!r} names no repository.", hint="Write REPO, or REPO@REF.")
    ref = ""
    left = words
    while True:
        directory = home / os.path.expanduser(left or ".")
        if directory.is_dir():
            break
        left, at, right = left.rpartition("@")
        if not at:
            raise _refused(
                f"There is no repository {clean(words, 200)!r}.",
                f"{_shown(home / os.path.expanduser(words))} is no directory.",
                "REPO is a directory, relative to the home or absolute.",
            )
        ref = f"{right}@{ref}" if ref else right
    if ref.startswith("-"):
        raise _refused(
            f"{clean(ref, 200)!r} is no commit.", hint="A branch, a tag or a commit does not begin with a dash."
        )
    return directory, ref


def _asked(directory: Path, *words: str, ok: tuple[int, ...] = (0,)) -> Answer:
    try:
        return git(*words, at=directory, ok=ok)
    except GitError as error:
        raise _refused(
            f"The repository at {_shown(directory)} cannot be used.", error.detail, error.hint or "git says why."
        ) from error


def _checkout(common: Path) -> str:
    """The repository's own checkout: beside its git directory, or (of a submodule) where its settings say."""
    elsewhere = git("config", "--get", "core.worktree", at=Place(common), ok=(0, 1))
    if elsewhere.status == 0:
        return os.path.realpath(common / elsewhere.line)
    return str(common.parent) if common.name == ".git" else ""


def _shown(path: Path) -> str:
    return repr(clean(str(path), 300))


def _refused(title: str, detail: str = "", hint: str = "") -> Refused:
    return Refused(Code.REPOSITORY, title, detail, hint)
