"""Makes and removes the worktrees of agents. One that holds work is never removed by the way."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from swarm.errors import Code, Refused, SwarmError
from swarm.model.repository import Worktree
from swarm.protocol.paths import Layout
from swarm.repositories.changes import changes_of, place_of
from swarm.repositories.find import BRANCHES, HEADS
from swarm.repositories.git import WORK_S, GitError, Place, git
from swarm.store import writer


def make(layout: Layout, worktree: Worktree, agent_id: str) -> bool:
    """Makes the worktree with its branch; one of an earlier run goes on, and its directory is made again where it is
    gone. Returns whether the branch is new. Raises SwarmError; what failed half-way is taken away again.
    """
    path, common = layout.root / worktree.path, Path(worktree.common)
    title = f"The worktree of {agent_id!r} cannot be made."
    whole = Place(common)
    known = is_known(worktree)
    if known and path.is_dir() and not path.is_symlink():
        return False
    if os.path.lexists(path):
        raise Refused(Code.REPOSITORY, title, f"{str(path)!r} is there already.", "Move it away first.")
    writer.make_dir(layout.worktrees)
    old = has_branch(worktree)
    if known:  # git keeps the name of a worktree that was removed by hand
        git("worktree", "unlock", str(path), at=whole, ok=(0, 128))
    which = (str(path), worktree.branch) if old else ("--no-track", "-b", worktree.branch, str(path), worktree.base)
    try:
        force = ("--force",) if known else ()
        git(*("worktree", "add", "--quiet", *force, *which), at=whole, what=title, timeout=WORK_S)
        _must_be_ours(worktree, path, title)
        reason = f"swarm-tui: the work of {agent_id}"
        git("worktree", "lock", "--reason", reason, str(path), at=whole, what=title)
        # Agents that are held to a scope write here, and a directory that is not there cannot be given to them.
        for inner in ("refs/heads", "logs/refs/heads"):
            (common / inner / BRANCHES).mkdir(parents=True, exist_ok=True)
    except BaseException:
        with suppress(SwarmError):
            _remove(worktree, path, branch=not old)
        raise
    return not old


def has_branch(worktree: Worktree) -> bool:
    """Whether its branch is there."""
    shown = git("show-ref", "--verify", "--quiet", HEADS + worktree.branch, at=Place(Path(worktree.common)), ok=(0, 1))
    return shown.status == 0


def discard_untouched(layout: Layout, worktree: Worktree) -> bool:
    """Removes a worktree and branch that hold no work: their agent never ran. Returns whether they are gone."""
    try:
        place = place_of(layout, worktree)
        if place.worktree is not None and place.worktree.is_dir():
            seen = changes_of(layout, worktree)
            if not seen.holds_nothing(worktree.branch):
                return False
        if has_branch(worktree):
            tip = git("rev-parse", "--verify", HEADS + worktree.branch, at=Place(place.common)).line
            if tip != worktree.base:
                return False
        _remove(worktree, layout.root / worktree.path, branch=True)
    except SwarmError:
        return False  # it stays, and `doctor` lists it
    return True


def is_known(worktree: Worktree) -> bool:
    """Whether its repository knows the worktree: it does until git removes it, also where its directory is gone."""
    return os.path.lexists(Path(worktree.common) / "worktrees" / worktree.name)


def is_left(worktree: Worktree) -> bool:
    """Whether its repository knows the worktree, or has its branch. Raises GitError."""
    return is_known(worktree) or has_branch(worktree)


def remove(layout: Layout, worktree: Worktree, *, branch: bool) -> None:
    """Removes a worktree with all that is in it. branch: its branch, too. Raises GitError."""
    _remove(worktree, layout.root / worktree.path, branch=branch)


def _remove(worktree: Worktree, path: Path, *, branch: bool) -> None:
    whole = Place(Path(worktree.common))
    if is_known(worktree):
        git("worktree", "unlock", str(path), at=whole, ok=(0, 128))
        # Twice, because a worktree that is locked or holds submodules is removed only so.
        what = f"The worktree {worktree.name!r} cannot be removed."
        git("worktree", "remove", "--force", "--force", str(path), at=whole, what=what, timeout=WORK_S)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    if branch and has_branch(worktree):
        git("branch", "--delete", "--force", worktree.branch, at=whole, what=f"{worktree.branch} cannot be deleted.")


def _must_be_ours(worktree: Worktree, path: Path, title: str) -> None:
    """Git names a worktree after its directory, and otherwise where that name is taken."""
    directory = Path(worktree.common) / "worktrees" / worktree.name
    if not (directory / "HEAD").is_file() or not (path / ".git").is_file():
        raise GitError(title, f"git did not make {str(directory)!r}.", "Try again.")
