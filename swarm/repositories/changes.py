"""What differs in a worktree: files, commits, and the difference itself. Looks only."""

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from swarm.model.repository import SHADOWS, ChangedFile, Changes, Worktree
from swarm.protocol.paths import Layout
from swarm.repositories.find import HEADS
from swarm.repositories.git import LOOK_S, Answer, GitError, Place, git

PLAIN = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=dirty")
"""No program of the repository's settings is run, and git looks into no submodule: its settings are an agent's."""
MAX_FILES = 5000
MAX_LIST = 2 << 20
"""Bytes of a list of files."""
CACHES = frozenset(
    {
        *("node_modules", "__pycache__", ".venv", ".cache"),
        *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox"),
    }
)
"""Directories that tools make again by themselves: what git ignores in them is nobody's work."""


class _Status(NamedTuple):
    """What `git status` says."""

    head: str
    loose: frozenset[str]
    """The files whose last changes are in no commit."""
    ignored: int
    cut: bool


def place_of(layout: Layout, worktree: Worktree) -> Place:
    """The worktree, named for git by what was recorded at its spawn."""
    common = Path(worktree.common)
    return Place(common, common / "worktrees" / worktree.name, layout.root / worktree.path)


def gone(layout: Layout, worktree: Worktree) -> str:
    """Why nothing can be seen of a worktree; '' where it is there."""
    path = layout.root / worktree.path
    if not Path(worktree.common).is_dir():
        return f"its repository {worktree.common} is gone"
    if not path.is_dir() or path.is_symlink():
        return (
            f"its worktree {path} is gone; what it had committed and is not merged is on the branch {worktree.branch}"
        )
    if not (Path(worktree.common) / "worktrees" / worktree.name).is_dir():
        return f"its repository does not know the worktree {path} any more"
    return ""


def changes_of(layout: Layout, worktree: Worktree) -> Changes:
    """What is in the worktree and not in what it is merged into: committed or not. Never raises."""
    if why := gone(layout, worktree):
        return Changes(why=why)
    place = place_of(layout, worktree)
    try:
        status = _status(place)
        since = base_of(place, worktree)
        diff = git("diff", "--numstat", "-z", *PLAIN, since, "--", at=place, most=MAX_LIST)
        count = git("rev-list", "--count", f"{since}..HEAD", at=place)
    except GitError as error:
        return Changes(why=f"{error.title} {error.detail}".strip())
    files = {file.path: file for file in _counted(diff, status.loose)}
    for path in status.loose:
        files.setdefault(path, ChangedFile(path, uncommitted=True))
    names = sorted(files)
    return Changes(
        tuple(files[name] for name in names[:MAX_FILES]),
        int(count.line or 0),
        status.head,
        status.cut or diff.cut or len(names) > MAX_FILES,
        status.ignored + _has_submodules(worktree),
    )


def base_of(place: Place, worktree: Worktree, tip: str = "HEAD") -> str:
    """The commit that its changes are counted from: where its branch left what it is merged into."""
    if worktree.into:
        found = git("merge-base", HEADS + worktree.into, tip, at=place, ok=(0, 1, 128))
        if found.status == 0:
            return found.line.split("\n", 1)[0]
    return worktree.base


def difference(layout: Layout, worktree: Worktree, *, stat: bool = False) -> Answer:
    """The difference as git writes it, new files included. stat: only how much each file changed. Raises GitError."""
    if why := gone(layout, worktree):
        raise GitError("There is no difference to show.", f"{why[0].upper()}{why[1:]}.")
    place = place_of(layout, worktree)
    since = base_of(place, worktree)
    what = "The difference cannot be shown."
    new = git("ls-files", "-z", "--others", "--exclude-standard", at=place, most=MAX_LIST, what=what)
    with tempfile.TemporaryDirectory(prefix="swarm-tui-") as scratch:
        # An index of our own, in which new files are announced: the agent's stays as it is.
        more = {"GIT_INDEX_FILE": os.path.join(scratch, "index")}
        git("read-tree", "HEAD", at=place, more=more, what=what)
        names = new.output[: new.output.rfind(b"\0") + 1]
        if names:
            announce = ("add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul")
            git(*announce, at=place, stdin=names, more=more, what=what)
        how = ("--stat=100",) if stat else ("--patch",)
        return git("diff", *how, *PLAIN, since, "--", at=place, more=more, what=what, timeout=2 * LOOK_S)


def _status(place: Place) -> _Status:
    words = ("status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--ignore-submodules=dirty")
    answer = git(*words, "--no-renames", "--ignored=matching", at=place, most=MAX_LIST)
    head = ""
    loose: set[str] = set()
    ignored = 0
    for line in answer.names():
        if line.startswith("# branch.head "):
            name = line.removeprefix("# branch.head ")
            head = "" if name == "(detached)" else name
        elif line[:1] in (
            "1",
            "u",
        ):  # fields divided by blanks, eight of them before the path; ten where it is unmerged
            loose.add(line.split(" ", 8 if line[0] == "1" else 10)[-1])
        elif line.startswith("? ") and not _is_shadow(place, line[2:]):
            loose.add(line[2:])
        elif line.startswith("! ") and CACHES.isdisjoint(line[2:].split("/")):
            ignored += not _is_shadow(place, line[2:])
    return _Status(head, frozenset(loose), ignored, answer.cut)


def _is_shadow(place: Place, name: str) -> bool:
    """Whether a file is a sandbox's, there only while a command runs in it."""
    if name.partition("/")[0] not in SHADOWS or place.worktree is None:
        return False
    try:
        return os.lstat(place.worktree / name).st_size == 0
    except OSError:
        return True


def _has_submodules(worktree: Worktree) -> bool:
    """Whether submodules were fetched into it: no look goes into them, so that they may hold work."""
    return (Path(worktree.common) / "worktrees" / worktree.name / "modules").is_dir()


def _counted(diff: Answer, loose: frozenset[str]) -> list[ChangedFile]:
    found = []
    for line in diff.names():
        added, _, rest = line.partition("\t")
        removed, _, path = rest.partition("\t")
        if path:
            found.append(ChangedFile(path, _count(added), _count(removed), path in loose))
    return found


def _count(word: str) -> int | None:
    """A number of lines; None for the dash that stands for a binary file."""
    return int(word) if word.isdigit() else None
