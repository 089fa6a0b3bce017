"""The work of a worktree, handed over as a branch: the worktree goes, and the branch can be checked out anywhere."""

from pathlib import Path

from msgspec import Struct

from swarm.errors import Code, Refused
from swarm.model.repository import Worktree
from swarm.protocol.paths import Layout
from swarm.repositories import merging, worktree
from swarm.repositories.changes import base_of
from swarm.repositories.find import HEADS
from swarm.repositories.git import Place, git
from swarm.sanitize import clean


class LeftBranch(Struct, frozen=True):
    """A branch that holds the work of a worktree which is gone."""

    branch: str
    commit: str
    """Where it stands."""
    commits: int
    """On it, and not in what it was made from."""
    committed: int = 0
    """Files whose changes were committed for it."""


def leave_branch(layout: Layout, own: Worktree, *, name: str = "", message: str = "") -> LeftBranch:
    """Removes a worktree and leaves its branch, so that git can check it out elsewhere.

    name: what the branch is called from now on; '' for as it is. message: commits what is not committed yet, with these
    words; '' refuses it. Raises Refused with the reason, GitError; then nothing has changed.
    """
    whole = Place(Path(own.common))
    called = name or own.branch
    if called != own.branch:
        _must_be_free(whole, called)
    tip, files = merging.tip_of_work(layout, own, message)
    commits = int(git("rev-list", "--count", f"{base_of(whole, own, tip)}..{tip}", at=whole).line or 0)
    if not commits:
        raise Refused(
            Code.REPOSITORY,
            f"There is nothing to hand over: {own.branch!r} has no commit of its own.",
            hint=f"Remove its worktree: swarm-tui worktrees --remove {own.name}",
        )
    if called != own.branch:  # first, because only this can fail: of the rest nothing is lost
        git("branch", "--no-track", called, tip, at=whole, what=f"The branch {called!r} cannot be made.")
    elif files:
        merging.move_branch(layout, own, tip)
    worktree.remove(layout, own, branch=called != own.branch)
    return LeftBranch(called, tip, commits, files)


def _must_be_free(whole: Place, name: str) -> None:
    shown = repr(clean(name, 200))
    if name.startswith("-") or git("check-ref-format", HEADS + name, at=whole, ok=(0, 1)).status:
        raise Refused(Code.REPOSITORY, f"{shown} is no name for a branch.", hint="Like feature/paging.")
    if merging.has(whole, name):
        raise Refused(
            Code.REPOSITORY,
            f"There is a branch {shown} already.",
            "No branch is written over.",
            "Take another name, or merge into that one: swarm-tui merge ID --into BRANCH",
        )
