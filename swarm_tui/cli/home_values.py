"""What a home offers as values of a command line: ids, roles, programs, states, alerts. Light: no engine is loaded.

A hint and no more: state.json is read as it lies there, and a verb looks for itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm.model.verb import ArgumentKind

if TYPE_CHECKING:
    from swarm.protocol.paths import Layout

MOST_BYTES = 16 << 20
"""A state.json of some ten thousand agents."""
Pair = tuple[str, str]
"""A value, and what it is."""


class HomeValues:
    """The values of one home, each read when it is first asked for; none of them where there is no home.

    env, cwd: where a call that names no home finds it.
    """

    def __init__(self, env: Mapping[str, str], cwd: Path) -> None:
        self._env = env
        self._cwd = cwd
        self._named = ""

    def name_home(self, home: str) -> None:
        """The home that the command line names; '' where it names none."""
        self._named = home

    def of(self, kind: ArgumentKind, word: str) -> Iterator[Pair]:
        """The values of a kind that begin with what is there of the word."""
        known: Mapping[ArgumentKind, Callable[[], Iterable[Pair]]] = {
            ArgumentKind.ROLE: self._roles,
            ArgumentKind.PROGRAM: self._programs,
        }
        if kind in _PHASES:
            yield from ends(self._agents(kind), word)
        elif kind is ArgumentKind.FILTER:
            yield from (ends(self._agents(ArgumentKind.AGENT), word) if word[:1] not in (":", "!") else _states(word))
        elif kind is ArgumentKind.ALERT:
            yield from self._alerts(word)
        elif kind in known:
            yield from (pair for pair in known[kind]() if pair[0].startswith(word))

    @cached_property
    def _layout(self) -> "Layout | None":
        import os

        from swarm.protocol.find import find_home

        with suppress(SwarmError, OSError):
            return find_home(os.path.expanduser(self._named) or None, self._env, self._cwd)
        return None

    @cached_property
    def _state(self) -> Mapping[str, object]:
        from swarm.store.reader import read_json

        if self._layout is not None and not self._layout.foreign:
            with suppress(SwarmError, OSError):
                return read_json(self._layout.state, MOST_BYTES) or {}
        return {}

    @cached_property
    def _recorded(self) -> Mapping[str, Pair]:
        """Role and phase of the ledger's agents, by id."""
        found = self._state.get("agents")
        if not isinstance(found, dict):
            return {}
        return {
            key: (str(record.get("role", "worker")), str(record.get("phase", "")))
            for key, record in found.items()
            if isinstance(record, dict)
        }

    def _agents(self, kind: ArgumentKind) -> dict[str, str]:
        """What the agents of a kind are, by id."""
        if self._layout is None:
            return {}
        if kind is ArgumentKind.GHOST or self._layout.foreign:
            from swarm.protocol.find import walk

            # Only the engine writes an agent.json: the root has one before its first turn is recorded.
            found = (each for each in walk(self._layout) if each not in self._recorded)
            return {each: "not in the ledger" for each in found if not self._layout.agent(each).spec.exists()}
        wanted = _PHASES[kind]
        # Before its first turn the root is in no ledger.
        root = {} if kind is ArgumentKind.ENDED else self._roots()
        return root | {
            agent: f"{role}, {phase}"
            for agent, (role, phase) in self._recorded.items()
            if not wanted or phase in wanted
        }

    def _roots(self) -> dict[str, str]:
        from swarm.protocol.agent_paths import AgentDir

        assert self._layout is not None  # noqa: S101  (asked by who has looked)
        try:
            names = sorted(path.name for path in self._layout.agents.iterdir() if AgentDir(path).spec.is_file())
        except OSError:
            return {}
        return {name: "root" for name in names if name not in self._recorded}

    def _roles(self) -> Iterator[Pair]:
        from swarm.protocol.role_names import role_names

        yield from ((name, "") for name in role_names(self._layout))

    def _programs(self) -> Iterator[Pair]:
        from swarm.model.agent_verbs import PROGRAMS

        yield from ((name, "") for name in PROGRAMS)
        if self._layout is None:
            return
        import tomllib

        from swarm.store.reader import read_head
        from swarm.store.text import decode

        with suppress(SwarmError, OSError, ValueError):
            found = read_head(self._layout.policy)
            own = tomllib.loads(decode(found.data)).get("programs") if found is not None else None
            yield from ((name, "of swarm.toml") for name in own or () if name not in PROGRAMS)

    def _alerts(self, word: str) -> Iterator[Pair]:
        """`AGENT:CAUSE` of each open alert, and `:CAUSE` of each cause."""
        found = self._state.get("alerts")
        listed = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        opened = [each for each in listed if each.get("acked_at") is None]
        agents = dict.fromkeys((str(each.get("agent") or "") for each in opened), "all of its alerts")
        agents.pop("", None)
        agent, colon, cause = word.rpartition(":")
        if not colon:
            yield from ends(agents, word)
            return
        causes = {str(each["cause"]): str(each.get("text", "")) for each in opened if self._is_of(each, agent)}
        yield from ((f"{agent}:{each}", text) for each, text in causes.items() if each.startswith(cause))

    @staticmethod
    def _is_of(alert: Mapping[str, object], agent: str) -> bool:
        own = str(alert.get("agent") or "")
        return "cause" in alert and (not agent or own == agent or own.endswith(f"/{agent}"))


_PHASES: Mapping[ArgumentKind, frozenset[str]] = {
    ArgumentKind.AGENT: frozenset(),
    ArgumentKind.GHOST: frozenset(),
    ArgumentKind.LIVING: frozenset({"spawning", "running", "stopping", "waiting", "queued", "idle"}),
    ArgumentKind.ENDED: frozenset({"ended"}),
}
"""Kinds of agents, and the phases of the ledger that they are in; empty for all."""


def ends(agents: Mapping[str, str], word: str) -> Iterator[Pair]:
    """For each agent the shortest end of its id that no other id has and that begins with the word."""
    from collections import Counter

    def all_ends(agent: str) -> Iterator[str]:
        parts = agent.split("/")
        return ("/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1))

    counts = Counter(end for agent in agents for end in all_ends(agent))
    for agent, about in agents.items():
        # The whole id is always its own, also where it is the end of another one.
        shown = next(
            (end for end in all_ends(agent) if end.startswith(word) and (counts[end] == 1 or end == agent)), None
        )
        if shown is not None:
            yield shown, about


def _states(word: str) -> Iterator[Pair]:
    """`:STATE`, and `!:STATE` for any but that."""
    from swarm.model.state_words import STATE_WORDS

    inverse = "!" if word.startswith("!") else ""
    about = "any state but this" if inverse else "in this state"
    yield from ((f"{inverse}:{state}", about) for state in STATE_WORDS if f"{inverse}:{state}".startswith(word))
