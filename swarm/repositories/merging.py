"""Merges the work of a worktree into a branch: clean and whole, or not at all, with the reason."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from swarm.errors import Busy, Code, Refused
from swarm.model.repository import Worktree
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.repositories.changes import PLAIN, base_of, changes_of, gone, place_of
from swarm.repositories.find import HEADS
from swarm.repositories.git import MERGES, WORK_S, GitError, Place, git, merges_without_a_checkout, version
from swarm.sanitize import clean

SHOWN = 6
ALONE = ("-c", "submodule.recurse=false", "-c", "merge.autoStash=false", "-c", "commit.gpgSign=false")


class Merged(Struct, frozen=True):
    """A merge that was done, or was not needed."""

    branch: str
    into: str
    commit: str
    """Where `into` stands now."""
    files: int = 0
    """Files that it changed."""
    already: bool = False
    """All of it was there before."""
    committed: int = 0
    """Files whose changes were committed for it."""


def merge(
    layout: Layout, worktree: Worktree, agent_id: str, *, into: str = "", message: str = "", owned: Sequence[str] = ()
) -> Merged:
    """Merges the branch of a worktree into `into`, '' for the branch that it was made from.

    message: commits what is not committed yet, with these words; '' refuses it. owned: the only paths that it may have
    changed; none for all. Raises Refused with the reason, Busy, GitError; then nothing has changed.
    """
    target = into or worktree.into
    whole = Place(Path(worktree.common))
    old = _tip_of(whole, worktree, target)
    tip, files = tip_of_work(layout, worktree, message)
    if _holds(whole, old, tip):
        return Merged(worktree.branch, target, old, already=True)
    begin = base_of(whole, _aimed_at(worktree, target), tip)
    changed = _changed(whole, begin, tip)
    _must_be_owned(worktree, changed, owned)
    new = tip if _holds(whole, tip, old) else _merged(whole, worktree, agent_id, target, old, tip)
    _advance(layout, worktree, target, old, new)
    if files:
        move_branch(layout, worktree, tip)
    return Merged(worktree.branch, target, new, len(changed), committed=files)


def is_merged(worktree: Worktree) -> bool:
    """Whether all that is committed on its branch is in what it was made from. Raises GitError."""
    whole = Place(Path(worktree.common))
    found = git("rev-parse", "--verify", "--quiet", HEADS + worktree.branch, at=whole, ok=(0, 1))
    if found.status:
        return True
    return found.line == worktree.base or (
        bool(worktree.into) and has(whole, worktree.into) and _holds(whole, HEADS + worktree.into, found.line)
    )


def _aimed_at(worktree: Worktree, target: str) -> Worktree:
    """The worktree as if it had been made from another branch."""
    return replace(worktree, into=target)


def _tip_of(whole: Place, worktree: Worktree, target: str) -> str:
    if not target:
        raise Refused(
            Code.REPOSITORY,
            f"It is not said into which branch {worktree.branch!r} goes.",
            "Its worktree was made from a commit that is no branch.",
            "Name one: --into BRANCH.",
        )
    if target == worktree.branch or not has(whole, target):
        why = "That is its own branch." if target == worktree.branch else ""
        raise Refused(
            Code.REPOSITORY, f"There is no branch {clean(target, 200)!r} to merge into.", why, "Name another."
        )
    return git("rev-parse", "--verify", HEADS + target, at=whole).line


def has(whole: Place, branch: str) -> bool:
    """Whether the repository has a branch of this name."""
    return git("show-ref", "--verify", "--quiet", HEADS + branch, at=whole, ok=(0, 1)).status == 0


def tip_of_work(layout: Layout, worktree: Worktree, message: str) -> tuple[str, int]:
    """The commit that has all of its work, and the number of files that were committed for it. No branch has moved yet.

    message: of that commit; '' refuses what is not committed. Raises Refused, GitError.
    """
    place = place_of(layout, worktree)
    whole = Place(place.common)
    if gone(layout, worktree):
        if not has(whole, worktree.branch):
            raise Refused(Code.REPOSITORY, f"The worktree and the branch {worktree.branch!r} are gone.")
        return git("rev-parse", "--verify", HEADS + worktree.branch, at=whole).line, 0
    seen = changes_of(layout, worktree)
    if seen.why:
        raise GitError("Its worktree cannot be looked at.", seen.why)
    if seen.head != worktree.branch:
        where = f"on {clean(seen.head, 100)!r}" if seen.head else "on no branch"
        raise Refused(
            Code.REPOSITORY,
            f"The worktree stands {where}, and not on its own branch.",
            hint=f"Bring it back first: git -C {str(place.worktree)!r} switch {worktree.branch}",
        )
    tip = git("rev-parse", "--verify", HEADS + worktree.branch, at=whole).line
    loose = [file.path for file in seen.files if file.uncommitted]
    if not loose:
        return tip, 0
    if not message:
        raise Refused(
            Code.UNCOMMITTED,
            f"Its worktree holds work that is not committed: {_named(loose)}.",
            "Only commits leave it.",
            "Have it committed there, or let it be done now: --commit MESSAGE.",
        )
    return _committed(place, tip, message), len(loose)


def _committed(place: Place, tip: str, message: str) -> str:
    """A commit of all that is not committed; the branch and the index of the worktree stay as they are."""
    what = "What is not committed cannot be committed."
    with tempfile.TemporaryDirectory(prefix="swarm-tui-") as scratch:
        more = {"GIT_INDEX_FILE": os.path.join(scratch, "index")}
        git("read-tree", tip, at=place, more=more, what=what)
        git("add", "--all", at=place, more=more, what=what, timeout=WORK_S)
        tree = git("write-tree", at=place, more=more, what=what).line
    return git(*ALONE, "commit-tree", tree, "-p", tip, "-m", message, at=place, what=what).line


def _holds(whole: Place, one: str, other: str) -> bool:
    """Whether the commit `other` is in the history of `one`."""
    return git("merge-base", "--is-ancestor", other, one, at=whole, ok=(0, 1)).status == 0


def _changed(whole: Place, begin: str, tip: str) -> list[str]:
    return git("diff", "--name-only", "-z", *PLAIN, begin, tip, "--", at=whole).names()


def _must_be_owned(worktree: Worktree, changed: Iterable[str], owned: Sequence[str]) -> None:
    foreign = [path for path in changed if owned and not any(_is_in(path, place) for place in owned)]
    if foreign:
        raise Refused(
            Code.OWNS,
            f"It changed what it does not own: {_named(foreign)}.",
            f"It owns {', '.join(clean(path, 100) for path in owned[:SHOWN])} in the repository.",
            f"Have it taken back there, or merge by hand what you want of it: git merge {worktree.branch}",
        )


def _is_in(path: str, place: str) -> bool:
    return place in ("", ".") or path == place or path.startswith(place.rstrip("/") + "/")


def _merged(whole: Place, worktree: Worktree, agent_id: str, target: str, old: str, tip: str) -> str:
    """A commit that has both; it is on no branch yet. Raises Refused `conflict`, which names the files."""
    _must_be_new_enough(worktree)
    words = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", old, tip)
    answer = git(*words, at=whole, ok=(0, 1), what="The branches cannot be merged.", timeout=WORK_S)
    tree, *conflicts = answer.names()
    if answer.status:
        raise Refused(
            Code.CONFLICT,
            f"{worktree.branch!r} and {target!r} changed the same lines: {_named(conflicts)}.",
            "Nothing was merged.",
            f"Have {target!r} merged into {worktree.branch!r} in its worktree, and the conflicts resolved there.",
        )
    message = f"Merge branch '{worktree.branch}' into {target}\n\nThe work of {agent_id}.\n"
    made = ("commit-tree", tree, "-p", old, "-p", tip, "-m", message)
    return git(*ALONE, *made, at=whole, what="The merge cannot be committed.").line


def _must_be_new_enough(worktree: Worktree) -> None:
    if not merges_without_a_checkout(number := version()):
        raise Refused(
            Code.REPOSITORY,
            f"git {number} cannot merge without a checkout; version {MERGES[0]}.{MERGES[1]} can.",
            hint=f"Install a newer one, or merge by hand: git merge {worktree.branch}",
        )


def _advance(layout: Layout, worktree: Worktree, target: str, old: str, new: str) -> None:
    """Moves the target from `old` to `new`, with the files of the checkout where it is checked out."""
    whole = Place(Path(worktree.common))
    path = _checkout_of(whole, target)
    if path is None:
        reason = f"merge {worktree.branch}"
        git("update-ref", "-m", reason, HEADS + target, new, old, at=whole, what=f"{target!r} cannot be moved.")
        return
    at = _place_of_checkout(layout, worktree, path)
    if os.path.lexists(path / git("rev-parse", "--git-path", "index.lock", at=at).line):
        raise Busy(
            f"Another git works in {str(path)!r}.",
            "There is an index.lock.",
            "Wait for it; where none runs any more, remove that file.",
        )
    changed = set(_changed(whole, old, new))
    status = ("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=dirty")
    dirty = sorted(line[3:] for line in git(*status, at=at).names() if line[3:] in changed)
    if dirty:
        raise Refused(
            Code.UNCOMMITTED,
            f"{str(path)!r}, where {target!r} is checked out, has changes in the same files: {_named(dirty)}.",
            "The merge would write over them.",
            "Commit or stash them first.",
        )
    what = f"{target!r}, checked out at {str(path)!r}, cannot be moved."
    git(*ALONE, "merge", "--ff-only", "--quiet", new, at=at, what=what, timeout=WORK_S)


def _checkout_of(whole: Place, branch: str) -> Path | None:
    """Where a branch is checked out."""
    path = ""
    for line in git("worktree", "list", "--porcelain", "-z", at=whole).names():
        if line.startswith("worktree "):
            path = line.removeprefix("worktree ")
        elif line == f"branch {HEADS}{branch}" and os.path.isdir(path):
            return Path(path)
    return None


def _place_of_checkout(layout: Layout, worktree: Worktree, path: Path) -> Place | Path:
    """How git finds a checkout: an agent's own is named, for what it says of itself is the agent's word."""
    common = Path(worktree.common)
    if path.parent == layout.worktrees:
        return Place(common, common / "worktrees" / path.name, path)
    return Place(common, common, path) if str(path) == worktree.checkout else path


def move_branch(layout: Layout, worktree: Worktree, tip: str) -> None:
    """Moves the worktree's own branch to a commit of what was not committed in it."""
    place = place_of(layout, worktree)
    git("update-ref", "-m", "commit what was left", HEADS + worktree.branch, tip, at=Place(place.common))
    git("reset", "--quiet", at=place, timeout=WORK_S)


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(clean(path, 120) for path in paths[:SHOWN])
    return shown if len(paths) <= SHOWN else f"{shown} and {len(paths) - SHOWN} more"
