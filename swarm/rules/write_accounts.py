"""Who wrote a file, told by counting: what an agent's processes wrote must be what its files have grown by. Pure.

Who only ran beside a writer has books that balance, or that are off by something else. A name is given only where what
one agent wrote too much fits a file exactly, where no other agent's does, and where its owner's books are in order
without it. What is not clear is left open.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from swarm.model.writes import Account, FileWrite

MANY = 3
"""Own files that were written at once, beyond which not every way to write each is tried."""


class Books(NamedTuple):
    """What the count says."""

    writers: Mapping[str, frozenset[str]]
    """By path: who wrote it, of those whose own it is not."""
    balanced: frozenset[str]
    """Agents that wrote their own files and nothing else."""
    in_order: frozenset[str]
    """These, who wrote only some of their own files, and whose bytes fit a file of another: all is accounted for."""
    off: frozenset[str]
    """Agents that wrote something of which nothing is known: into a pipe, say, or outside of the home."""


def count(writes: Sequence[FileWrite], accounts: Iterable[Account], owners: Mapping[str, str]) -> Books:
    """Compares what agents wrote with what was written. owners: by path, whose file it is."""
    return _Count(writes, {account.agent: account for account in accounts}, owners).books()


class _Count:
    def __init__(self, writes: Sequence[FileWrite], accounts: Mapping[str, Account], owners: Mapping[str, str]) -> None:
        self.accounts, self.owners = accounts, owners
        self.own = {agent: [each for each in writes if owners.get(each.path) == agent] for agent in accounts}
        self.left = {agent: account.wrote - account.told for agent, account in accounts.items()}
        self.sums = {agent: _sums(files) for agent, files in self.own.items()}
        self.balanced = frozenset(agent for agent in accounts if self.left[agent] in self.sums[agent])
        self.unexplained = [each for each in writes if each.sizes and owners.get(each.path) not in self.balanced]
        self.open = [each for each in self.unexplained if self._is_open(owners.get(each.path, ""))]
        self.over = {
            agent: {self.left[agent] - own for own in self.sums[agent] if self.left[agent] > own}
            for agent, account in accounts.items()
            if agent not in self.balanced and account.suspect
        }

    def books(self) -> Books:
        """Who fits what. A file that fits two agents is nobody's, and so are two files that fit one."""
        ways = {agent: self._ways(agent, self.open) for agent in self.over}
        claims: dict[str, set[str]] = {}
        fitting = {
            agent: found[0] for agent, found in ways.items() if len(found) == 1 and self._spares_owners(found[0])
        }
        for agent, files in fitting.items():
            for path in files if self.accounts[agent].sound else ():
                claims.setdefault(path, set()).add(agent)
        writers = {path: frozenset(agents) for path, agents in claims.items() if len(agents) == 1}
        rest = [agent for agent, found in ways.items() if not found and self.accounts[agent].sound]
        hands = self._together([each for each in self.open if each.path not in claims], rest)
        shared = {path: found[0] for path, found in hands.items() if len(found) == 1}
        unclear = {agent for found in hands.values() for agents in found for agent in agents}
        off = frozenset(
            agent
            for agent in self.accounts
            if agent not in self.balanced
            and agent not in unclear
            and self.left[agent] > min(self.sums[agent])  # who wrote less than its files took did not write all of them
            and not (agent in self.over and self._ways(agent, self.unexplained))
        )
        named = {agent for agents in shared.values() for agent in agents}
        in_order = self.balanced | self._short() | fitting.keys() | named
        return Books({**writers, **shared}, self.balanced, in_order, off)

    def _short(self) -> frozenset[str]:
        """Who wrote some of its own files, and nothing else: another hand wrote the others."""
        return frozenset(
            agent
            for agent, files in self.own.items()
            if agent not in self.balanced and self.left[agent] in _some(files)
        )

    def _is_open(self, owner: str) -> bool:
        """Whether the count may say who else wrote its files; '' for nobody's."""
        return not owner or (owner in self.accounts and self.accounts[owner].sound)

    def _ways(self, agent: str, among: Sequence[FileWrite]) -> list[frozenset[str]]:
        """The files whose bytes are what an agent wrote too much: one of them, or all together."""
        files = [each for each in among if self.owners.get(each.path) != agent]
        found = [frozenset({each.path}) for each in files if self.over[agent] & set(each.sizes)]
        if len(files) > 1 and self.over[agent] & _sums(files):
            found.append(frozenset(each.path for each in files))
        return found

    def _spares_owners(self, files: frozenset[str]) -> bool:
        """Whether the owners' own books are in order without these files."""
        for owner in {self.owners.get(path, "") for path in files} & self.accounts.keys():
            others = [each for each in self.own[owner] if each.path not in files]
            if self.left[owner] not in _some(others):
                return False
        return True

    def _together(self, files: Sequence[FileWrite], rest: Sequence[str]) -> dict[str, list[frozenset[str]]]:
        """By path, who can have added to it at once: one of these beside its owner, or two where it is nobody's."""
        found: dict[str, list[frozenset[str]]] = {}
        for file in files:
            owner, grown = self.owners.get(file.path, ""), file.sizes[0]
            if owner in self.accounts:
                others = _sums([each for each in self.own[owner] if each is not file])
                shares = {grown - (self.left[owner] - each) for each in others if 0 < self.left[owner] - each < grown}
                hands = [frozenset({agent}) for agent in rest if agent != owner and shares & self.over[agent]]
            else:
                hands = [
                    frozenset({one, other})
                    for one, other in combinations(rest, 2)
                    if any(grown - each in self.over[other] for each in self.over[one])
                ]
            found[file.path] = hands
        return found


def _some(files: Sequence[FileWrite]) -> set[int]:
    """What writing some of these files may have taken."""
    sizes = [(0, *each.sizes) for each in files if each.sizes]
    return {sum(ways) for ways in product(*sizes)} if len(sizes) <= MANY else _sums(files)


def _sums(files: Sequence[FileWrite]) -> set[int]:
    """What writing these files may have taken: each by one of its sizes."""
    sizes = [each.sizes for each in files if each.sizes]
    if len(sizes) <= MANY:
        return {sum(ways) for ways in product(*sizes)}
    return {sum(min(each) for each in sizes), sum(max(each) for each in sizes), sum(each[0] for each in sizes)}
