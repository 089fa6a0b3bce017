"""What `doctor` says of repositories: a project's documents in the place of ours, worktrees with work left in them."""

from collections.abc import Iterator

from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.home.context import Home
from swarm.model.requests import Finding, Level, WorktreeRow
from swarm.protocol.documents import home_document, in_repository, is_ours
from swarm.protocol.paths import HOME_DOCS
from swarm.repositories.git import MERGES, merges_without_a_checkout, version
from swarm.verbs.init import home_documents, title_of
from swarm.verbs.worktrees import worktrees

SHOWN = 20


def repositories(home: Home) -> Iterator[Finding]:
    """Every finding about the repository that the home lies in, and about its worktrees."""
    yield from _documents(home)
    try:
        rows = [row for row in worktrees(home) if not row.handed_over]
    except SwarmError as error:
        yield Finding(Level.ERROR, "worktrees", str(error))
        return
    if rows or in_repository(home.layout.root):
        yield _git()
    left = [found for row in rows if (found := _left(row)) is not None]
    yield from left[:SHOWN]
    if rows and not left:
        yield Finding(Level.OK, "worktrees", f"{plural(len(rows), 'worktree')}, each of an agent that runs")


def _git() -> Finding:
    number = version()
    if not number:
        return Finding(Level.WARNING, "git", "git is not there, or does not say its version", "Install git.")
    if not merges_without_a_checkout(number):
        text = f"git {number} cannot merge without a checkout, so `merge` only moves branches forward"
        return Finding(Level.NOTE, "git", text, f"Install {MERGES[0]}.{MERGES[1]} or newer.")
    return Finding(Level.OK, "git", f"git {number}")


def _documents(home: Home) -> Iterator[Finding]:
    init = f"swarm-tui init {str(home.layout.root)!r} puts ours into swarm/, and changes no file that is there."
    texts = home_documents()
    for name in HOME_DOCS:
        path = home_document(home.layout, name)
        if not is_ours(path, title_of(texts[name])):
            what = "is not the swarm's, and would stand in for it" if path.exists() else "is missing"
            yield Finding(Level.WARNING, "documents", f"{path} {what}", init)
    if in_repository(home.layout.root) and not home.layout.ignored.exists():
        text = f"{home.layout.ignored} is missing: the swarm's records would be part of commits"
        yield Finding(Level.WARNING, "documents", text, init)


def _left(row: WorktreeRow) -> Finding | None:
    """What is left of an agent that runs no more; None where there is nothing to be done."""
    if row.worktree is None:
        return Finding(Level.NOTE, "worktrees", f"{row.path} belongs to no agent of this home", "Look, and remove it.")
    if row.live:
        return Finding(Level.WARNING, "worktrees", f"{row.agent}: {row.changes.why}") if row.changes.why else None
    gone = f"swarm-tui worktrees --remove {row.name}"
    hint = gone if row.merged and not row.changes.uncommitted else f"swarm-tui merge {row.agent}    or    {gone}"
    if row.changes.why:
        return Finding(Level.NOTE, "worktrees", f"{row.agent} has ended: {row.changes.why}", hint)
    loose = row.changes.uncommitted
    what = "all merged" if row.merged else f"{plural(row.changes.commits, 'commit')} not merged"
    what += f", {plural(loose, 'change')} not committed" if loose else ""
    what += f", {plural(row.changes.ignored, 'entry', 'entries')} that git ignores" if row.changes.ignored else ""
    return Finding(Level.NOTE, "worktrees", f"{row.agent} has ended and its worktree is left, {what}: {row.path}", hint)
