"""The worktree that a spawn asks for: planned at admission, and what is owned in it weighed against the others'."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from swarm.errors import Code, Refused
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import AgentSpec
from swarm.model.record import Record
from swarm.model.repository import PLACE, Worktree
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from swarm.protocol.owned_paths import overlap
from swarm.protocol.role import Role

HERE = "."
"""The repository of the agent above, else the one that the home lies in."""


def planned(home: Home, request: SpawnRequest, role: Role | None, agent_id: str, parent: str) -> Worktree | None:
    """The worktree that this spawn is to get; None where it asks for none. Nothing is made yet.

    Raises Refused: `repository` where there is no such repository or commit.
    """
    if request.goes_on_in is not None:
        return _gone_on_in(request.goes_on_in)
    words = request.worktree or (role.worktree if role is not None else "")
    if not words:
        return None
    from swarm.repositories.find import BRANCHES, free_name, locate, locate_beside  # most spawns need no repository

    above = _worktree_of(home, parent)
    if above is not None and (words == HERE or words.startswith("@")):
        found = locate_beside(above, words.removeprefix(HERE).removeprefix("@"))
    else:
        found = locate(home.layout.root, words)
    name = free_name(found, agent_id, home.policy.root.id, home.layout.worktrees)
    return Worktree(str(found.common), f"{PLACE}/{name}", BRANCHES + name, found.base, found.into, found.checkout)


def _gone_on_in(own: Worktree) -> Worktree:
    """The worktree of the earlier run; where it was removed with its branch, one like it from where `into` is now."""
    from swarm.repositories import worktree
    from swarm.repositories.find import HEADS
    from swarm.repositories.git import Place, git

    if not own.into or worktree.is_left(own):
        return own
    at = Place(Path(own.common))
    tip = git("rev-parse", "--verify", "--quiet", f"{HEADS}{own.into}^{{commit}}", at=at, ok=(0, 1, 128))
    return replace(own, base=tip.line) if tip.status == 0 else own


def _worktree_of(home: Home, agent_id: str) -> Worktree | None:
    spec = read_spec(home.layout.agent(agent_id)).value
    return spec.worktree if spec is not None else None


def path_in(worktree: Worktree, path: str, code: Code) -> str:
    """A path of the worktree as one of the home; raises Refused where it is none, or leads out."""
    whole = os.path.normpath(f"{worktree.path}/{path}")
    if not path.strip() or "\0" in path or os.path.isabs(path) or worktree.inside(whole) is None:
        raise Refused(
            code,
            f"{path[:200]!r} is no path of its worktree.",
            hint="With a worktree, paths are relative to the top of the repository.",
        )
    return whole


def directory_in(worktree: Worktree, cwd: str) -> str:
    """The working directory in a worktree that is still to be made; raises Refused `input` where it will have none."""
    path = path_in(worktree, cwd or ".", Code.INPUT)
    inner = worktree.inside(path)
    if inner:
        from swarm.repositories.git import Place, git

        named = f"{worktree.base}:{inner}"
        kind = git("cat-file", "-t", named, at=Place(Path(worktree.common)), ok=(0, 128)).line
        if kind != "tree":
            raise Refused(
                Code.INPUT,
                f"The working directory {inner!r} is not in the repository.",
                f"{worktree.into or worktree.base[:12]} has no directory of that name.",
                "Make it first, and commit a file in it.",
            )
    return path


class Claim(NamedTuple):
    """A path that an agent owns, and the repository that it belongs to."""

    common: str
    path: str


def claims(home: Home, owner: AgentSpec | Record, checkouts: Iterable[Worktree]) -> Iterator[Claim]:
    """What an agent owns in repositories: in its worktree, else in those checkouts that lie around what it owns.

    Who owns the whole of its worktree claims nothing: it is held to it, and so are others to theirs.
    """
    for path in owner.owns:
        if owner.worktree is not None:
            inner = owner.worktree.inside(path)
            if inner:
                yield Claim(owner.worktree.common, inner)
            continue
        whole = str(home.layout.root / path)
        for each in checkouts:
            if each.checkout and whole.startswith(f"{each.checkout}/"):
                yield Claim(each.common, whole[len(each.checkout) + 1 :])


def no_double_claim(home: Home, spec: AgentSpec, state: State) -> None:
    """Raises Refused `owns` where a live agent owns the same in the same repository: both would change one file."""
    others = [record for record in state.agents.values() if record.id != spec.id and record.holds_slot]
    owners: list[AgentSpec | Record] = [spec, *others]
    checkouts = {each.worktree for each in owners if each.worktree is not None}
    if not checkouts:
        return
    mine = set(claims(home, spec, checkouts))
    for record in others:
        if record.worktree is None and spec.worktree is None:
            continue  # both in the home, where paths say it all
        for claim in claims(home, record, checkouts):
            if any(own.common == claim.common and overlap(own.path, claim.path) for own in mine):
                raise Refused(
                    Code.OWNS,
                    f"{record.id!r} owns {claim.path!r} in the same repository.",
                    "Two live agents may not own overlapping paths, in worktrees of their own either.",
                    f"Wait until {record.id!r} has ended, or divide the paths.",
                )


def warnings(worktree: Worktree | None) -> Iterable[str]:
    """What is allowed and still to be known of a worktree."""
    if worktree is None:
        return
    from swarm.repositories.git import Place, git

    if git("cat-file", "-t", f"{worktree.base}:.gitmodules", at=Place(Path(worktree.common)), ok=(0, 128)).status == 0:
        yield "The repository has submodules; a worktree begins without them (git submodule update --init brings them)."
