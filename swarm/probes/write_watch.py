"""Watches, while agents run, who writes what another one owns (failure 10): beside the scans, in a thread of its own.

To trigger it: an agent without a box (neither `--owns` nor a role that observes) adds to a file below a path that
another living agent owns; its row says `!trespass` within a scan or two, and names both.
"""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from swarm import platform
from swarm.errors import SwarmError
from swarm.formatting import spell_duration
from swarm.model.causes import ProblemCode
from swarm.model.record import Phase, Record
from swarm.model.snapshot import Problem
from swarm.model.values import replace
from swarm.model.writes import FileWrite, Territory
from swarm.probes.changes import MAX_ENTRIES
from swarm.probes.write_books import Between, WriteBooks
from swarm.programs.registry import program_for
from swarm.protocol.owned_paths import fixed_parts
from swarm.rules.trespass import Evidence, Trespass, may_write, owner_of, problem_of
from swarm.rules.write_accounts import count
from swarm.sanitize import clean
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

EVERY_S = 1.0
"""Seconds between two looks."""
SHARE = 50.0
"""A look that takes long is followed by a rest of so many times its length."""
STILL_AFTER_S, STILL_SHARE, STILL_S = 60.0, 200.0, 20.0
"""Once no agent has written anything for so long, a look of a thousand of them is followed by a longer rest, at most of
so many seconds."""
CLOSE_S = 0.1
"""Seconds until the next look where one left open who wrote a file: a shorter time holds fewer writes."""
CLOSE_SHARE = 10.0
SOUND_LOOKS = 3
"""Looks in a row, and more, at which an agent's books must have been in order before the count names it."""
OFF_SHARE = 10
"""One look in so many may find that it wrote more than is known of. Who writes elsewhere too is not named by count."""
LOOKS_KEPT = 200
MAX_ASKED = 20
"""Files of which is asked who holds them open: every process of every agent is looked at for that."""
MAX_KEPT = 20
CUT_SHORT = 3
"""Walks in a row after which it is said that the home has too many files to be watched: one may meet a busy disk."""


class _Hand(NamedTuple):
    """Who wrote a file last that is nobody's. at: seconds of `time.monotonic`."""

    agent: str
    spawn_id: str
    at: float


class _Record(NamedTuple):
    """How often an agent's books were in order, and how often they were off by what nothing explains."""

    sound: int = 0
    off: int = 0

    @property
    def counts(self) -> bool:
        """Whether the count says anything about it."""
        return self.off * OFF_SHARE <= self.sound + OFF_SHARE

    def after(self, *, in_order: bool, off: bool) -> "_Record":
        """Returns it with one more look; what is long ago weighs less."""
        if self.sound + self.off > LOOKS_KEPT:
            return _Record(self.sound // 2 + in_order, self.off // 2 + off)
        return _Record(self.sound + in_order, self.off + off)


class WriteWatch:
    """Keeps what was found of each agent. A look runs in a thread of its own."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._books = WriteBooks(home)
        self._thread: threading.Thread | None = None
        self._due = 0.0
        self._found: dict[str, tuple[Trespass, ...]] = {}
        """By spawn id, oldest first."""
        self._track: dict[str, _Record] = {}
        """By spawn id."""
        self._hands: dict[str, _Hand] = {}
        """By path."""
        self._shared: dict[str, dict[str, _Hand]] = {}
        """By spawn id: by path, who else wrote it, and when both had."""

    def look(self, agents: Mapping[str, TrackedAgent]) -> set[str]:
        """Begins a look where one is due; returns the ids of those of whom something was found since."""
        at = time.monotonic()
        if at >= self._due and (self._thread is None or not self._thread.is_alive()):
            self._due = at + EVERY_S
            records = {
                known: agent.record
                for known, agent in agents.items()
                if agent.record is not None and agent.record.holds_slot
            }
            territories = {known: self._territory(agents[known], record) for known, record in records.items()}
            for known, record in records.items():
                self._hear(agents[known], record, territories)
            self._forget(agents)
            # An agent alone that may write anywhere gets in nobody's way.
            if any(not each.confined and (each.scoped or len(records) > 1) for each in territories.values()):
                self._thread = threading.Thread(
                    target=self._go_round, args=(records, territories), name="writes", daemon=True
                )
                self._thread.start()
        return {
            known for known, agent in agents.items() if agent.record is not None and self._tell(agent, agent.record)
        }

    def problem(self) -> Problem | None:
        """Returns what keeps writes from being noticed; None while they are."""
        if self._books.cut_short < CUT_SHORT:
            return None
        return Problem(
            ProblemCode.UNWATCHED,
            f"it is not noticed who writes into what others own: there are more than {MAX_ENTRIES:,} files, or they "
            "take too long to look at; name directories to leave out in swarm.toml: [watch] ignore",
        )

    def _forget(self, agents: Mapping[str, TrackedAgent]) -> None:
        """Lets go of who is gone, and of who wrote what longer than a heartbeat ago. No look is under way."""
        spawns = {agent.record.spawn_id for agent in agents.values() if agent.record is not None}
        recent = time.monotonic() - self._home.beat_period
        self._found = {spawn: found for spawn, found in self._found.items() if spawn in spawns}
        self._track = {spawn: track for spawn, track in self._track.items() if spawn in spawns}
        self._shared = {
            spawn: {path: hand for path, hand in shared.items() if hand.at > recent}
            for spawn, shared in self._shared.items()
            if spawn in spawns
        }
        self._hands = {path: hand for path, hand in self._hands.items() if hand.at > recent}

    def _territory(self, agent: TrackedAgent, record: Record) -> Territory:
        own = self._home.layout.agent(record.id).path.relative_to(self._home.layout.root).as_posix()
        spec = record.ref.match(agent.spec)
        scoped = bool(record.owns) or (spec is not None and spec.observes)
        try:
            held = scoped and program_for(record.program, self._home.policy).holds_scope
        except SwarmError:  # a program that swarm.toml no longer knows
            held = False
        worktree = (record.worktree.path,) if record.worktree is not None else ()
        places = (own, *worktree, *("/".join(fixed_parts(path)) for path in record.owns))
        return Territory(record.id, places, scoped, held or record.boxed)

    def _hear(self, agent: TrackedAgent, record: Record, territories: Mapping[str, Territory]) -> None:
        """What its own program says it wrote is proof, of one that its program was to hold, too."""
        said = agent.said_writes
        root = os.path.realpath(self._home.layout.root)
        for real in said.take() if said is not None and said.spawn_id == record.spawn_id else ():
            path = os.path.relpath(real, root)
            owner = owner_of(path, territories.values())
            if path.startswith(".."):
                continue
            if not may_write(territories[record.id], path, owner):
                self._note(record.spawn_id, Trespass(path, owner, Evidence.SAID))
            elif not owner:
                self._note_hand(path, record)

    def _go_round(self, records: Mapping[str, Record], territories: Mapping[str, Territory]) -> None:
        started = time.monotonic()
        clear = True
        try:
            between = self._books.look([each for each in records.values() if each.phase is Phase.RUNNING])
            if between is not None:
                clear = self._judge(between, records, territories)
        except (OSError, SwarmError):
            pass  # the home is moved or gone, as the scan itself says; the next look begins anew
        finally:
            ended = time.monotonic()
            rest, share = (EVERY_S, SHARE) if clear else (CLOSE_S, CLOSE_SHARE)
            took, since = ended - started, self._books.still_since
            still = since is not None and ended - since >= STILL_AFTER_S
            self._due = ended + max(rest, share * took, min(STILL_SHARE * took, STILL_S) if still else 0.0)

    def _judge(self, between: Between, records: Mapping[str, Record], territories: Mapping[str, Territory]) -> bool:
        """Returns whether it is clear who wrote what."""
        owners = {each.path: owner_of(each.path, territories.values()) for each in between.writes}
        track = {each.agent: self._track.get(records[each.agent].spawn_id, _Record()) for each in between.accounts}
        accounts = [
            replace(each, suspect=not territories[each.agent].confined, sound=track[each.agent].counts)
            for each in between.accounts
        ]
        books = count(between.writes, accounts, owners)
        for agent, before in track.items():
            after = before.after(in_order=agent in books.in_order, off=agent in books.off)
            self._track[records[agent].spawn_id] = after
        hands = {
            path: dict.fromkeys(agents, Evidence.COUNTED)
            for path, agents in books.writers.items()
            if all(track[agent].sound >= SOUND_LOOKS for agent in agents)
        }
        unclear = [each for each in between.writes if owners[each.path] not in books.balanced]
        for path, agent in self._holders(unclear, between.whose):
            hands.setdefault(path, {})[agent] = Evidence.OPEN
        for path, evidence in hands.items():
            for agent, how in evidence.items():
                if agent not in territories or territories[agent].confined:
                    continue
                if not may_write(territories[agent], path, owners[path]):
                    self._note(records[agent].spawn_id, Trespass(path, owners[path], how))
                elif not owners[path]:
                    self._note_hand(path, records[agent])
        return all(each.path in hands for each in unclear) or len(books.balanced) == len(accounts)

    def _holders(self, writes: Sequence[FileWrite], whose: Mapping[int, str]) -> list[tuple[str, str]]:
        """(path, agent) for each agent that holds one of these files open for writing."""
        return [
            (each.path, whose[pid])
            for each in writes[:MAX_ASKED]
            for pid in platform.writers([self._home.layout.root / each.path], whose)
        ]

    def _note(self, spawn_id: str, trespass: Trespass) -> None:
        known = self._found.get(spawn_id, ())
        if all((each.path, each.owner) != (trespass.path, trespass.owner) for each in known):
            self._found[spawn_id] = (*known, trespass)[-MAX_KEPT:]

    def _note_hand(self, path: str, record: Record) -> None:
        last, now = self._hands.get(path), time.monotonic()
        self._hands[path] = _Hand(record.id, record.spawn_id, now)
        if last is None or last.spawn_id == record.spawn_id or now - last.at > self._home.beat_period:
            return
        for spawn_id, other in ((record.spawn_id, last.agent), (last.spawn_id, record.id)):
            self._shared[spawn_id] = {**self._shared.get(spawn_id, {}), path: _Hand(other, "", now)}

    def _tell(self, agent: TrackedAgent, record: Record) -> bool:
        """Puts on the agent what is known of it; returns whether that is new."""
        problems = []
        if (trespass := problem_of(self._found.get(record.spawn_id, ()))) is not None:
            problems.append(trespass)
        recent = time.monotonic() - self._home.beat_period
        shared = [(path, hand) for path, hand in self._shared.get(record.spawn_id, {}).items() if hand.at > recent]
        if shared:
            words = "; ".join(f"{clean(path, 120)} was written by {hand.agent} too" for path, hand in shared[-3:])
            within = spell_duration(self._home.beat_period)
            problems.append(Problem(ProblemCode.SAME_FILE, f"{words}, within a heartbeat ({within})"))
        before, agent.write_problems = agent.write_problems, tuple(problems)
        return agent.write_problems != before
