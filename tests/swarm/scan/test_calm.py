"""While nothing happens and events would tell, scans look at no file; once events may miss one, they look at all."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.model.snapshot import Snapshot
from swarm.protocol.paths import Layout
from swarm.scan import pacing, watcher
from swarm.scan.coverage import Coverage
from swarm.scan.fs_events import EventsLost, FsEvents
from swarm.scan.scanner import Scanner
from tests.support.trees import Grove, append, scanner_of
from tests.support.wait import wait_for
from tests.swarm.scan.test_watcher import Start, Watcher, linux_only
from tests.swarm.scan.test_watcher import grove as grove
from tests.swarm.scan.test_watcher import start as start

HOUR = 3600.0


class Looks:
    """Every look at a path below the agents, however it is made, while it is counted."""

    def __init__(self, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        self._below = f"{layout.agents}/"
        for name in ("lstat", "stat", "scandir", "open"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, look: Callable[..., object]) -> Callable[..., object]:
        def counted(path: object, *rest: object, **more: object) -> object:
            if isinstance(path, str | Path) and str(path).startswith(self._below):
                self.paths.append(str(path))
            return look(path, *rest, **more)

        return counted

    def taken(self) -> list[str]:
        """Those since the last time."""
        paths, self.paths = self.paths, []
        return paths


def whole_round(scanner: Scanner) -> Snapshot:
    snapshot = scanner.paced()
    while scanner.unfinished:
        snapshot = scanner.paced()
    return snapshot


def calmed(scanner: Scanner) -> None:
    """As the watch does it a while after the last event."""
    scanner.pacing.quiet_since = time.monotonic() - HOUR
    scanner.pacing._thorough_at = float("-inf")
    whole_round(scanner)
    assert scanner.pacing.calm


def test_a_calm_scan_of_many_agents_looks_at_none_of_their_files(grove: Grove, monkeypatch: pytest.MonkeyPatch) -> None:
    grove.many(200)
    scanner = scanner_of(grove.layout)
    scanner.full()
    looks = Looks(grove.layout, monkeypatch)
    whole_round(scanner)
    assert len(looks.taken()) >= 200, "who has not settled is looked at in each round"
    calmed(scanner)
    looks.taken()
    for _ in range(3):
        whole_round(scanner)
    assert looks.taken() == []


def test_a_scan_looks_at_everything_at_once_when_events_may_miss_something(
    grove: Grove, monkeypatch: pytest.MonkeyPatch
) -> None:
    grove.many(200)
    scanner = scanner_of(grove.layout)
    scanner.full()
    calmed(scanner)
    monkeypatch.setattr(pacing, "THOROUGH_S", 0.0)
    monkeypatch.setattr(pacing, "THOROUGH_SHARE", 0.0)
    looks = Looks(grove.layout, monkeypatch)
    scanner.pacing.quiet_since = None
    assert not scanner.pacing.calm
    whole_round(scanner)
    assert len(set(looks.taken())) >= 400, "every directory, and a file in each"


def test_an_event_ends_the_calm_until_everything_was_looked_at_after_it(grove: Grove) -> None:
    grove.many(3)
    scanner = scanner_of(grove.layout)
    scanner.full()
    calmed(scanner)
    scanner.pacing.quiet_since = time.monotonic() - pacing.SETTLE_S / 2
    assert not scanner.pacing.calm
    whole_round(scanner)
    assert not scanner.pacing.calm, "a look this soon may have come between two writes of one tick"
    scanner.pacing.quiet_since -= pacing.SETTLE_S
    scanner.pacing._thorough_at = float("-inf")
    whole_round(scanner)
    assert scanner.pacing.calm


def test_one_changed_agent_costs_a_few_looks_and_all_of_them_in_its_directory(
    grove: Grove, monkeypatch: pytest.MonkeyPatch
) -> None:
    grove.many(200)
    agent = grove.agent("a-1", progress="Begun.\n")
    scanner = scanner_of(grove.layout)
    scanner.full()
    scanner.full()
    looks = Looks(grove.layout, monkeypatch)
    append(agent.progress, "More.\n")
    looks.taken()
    scanner.rescan([str(agent.progress)])
    taken = looks.taken()
    assert 0 < len(taken) <= 6
    assert all(path.startswith(str(agent.path)) for path in taken), taken


@linux_only
class TestWatch:
    """A watch over a home that came to rest, with an hour between two looks at its files in a calm."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pacing, "SETTLE_S", 0.0)
        monkeypatch.setattr(pacing, "THOROUGH_S", 0.05)
        monkeypatch.setattr(pacing, "THOROUGH_SHARE", 0.0)
        monkeypatch.setattr(pacing, "CALM_S", HOUR)
        monkeypatch.setattr(watcher, "TOLD_S", 0.1)

    @pytest.fixture
    def calm(self, start: Start) -> Callable[[], Watcher]:
        def go() -> Watcher:
            watching = start(seen_s=0.05)
            wait_for(lambda: watching.scanner.pacing.calm, "a calm")
            return watching

        return go

    def unheard(self, grove: Grove, agent: str, sentence: str) -> None:
        """Writes by another name of the file, elsewhere: no event tells of it where it is watched."""
        file = grove.layout.agent(agent).progress
        other = grove.root / f"other-name-of-{agent}"
        if not other.exists():
            os.link(file, other)
        append(other, sentence)

    def test_events_end_it_and_are_shown(self, grove: Grove, calm: Callable[[], Watcher]) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watching = calm()
        append(agent.progress, "More.\n")
        wait_for(lambda: watching.says("a-1", "More."), "the line")
        wait_for(lambda: watching.scanner.pacing.calm, "a calm again")
        fresh = grove.agent("b-1", progress="New.\n")
        wait_for(lambda: watching.says("b-1", "New."), "the new agent")
        wait_for(lambda: watching.scanner.pacing.calm, "a calm with it")
        append(fresh.progress, "On.\n")
        wait_for(lambda: watching.says("b-1", "On."), "its line")

    @pytest.mark.parametrize("lost", ["file system", "too few watches", "events"])
    def test_where_events_may_miss_something_a_scan_looks_at_once(
        self, grove: Grove, calm: Callable[[], Watcher], monkeypatch: pytest.MonkeyPatch, lost: str
    ) -> None:
        grove.agent("a-1", progress="Begun.\n")
        watching = calm()
        self.unheard(grove, "a-1", "By another name.\n")

        def dry(events: FsEvents, timeout: float) -> frozenset[str]:
            raise EventsLost("the source dried up")

        if lost == "file system":
            monkeypatch.setattr(Coverage, "_hears_all", lambda _: False)
        elif lost == "events":
            monkeypatch.setattr(FsEvents, "wait", dry)
        else:
            monkeypatch.setattr(watching.watch._events, "_short", "some of 2 directories")
        wait_for(lambda: watching.says("a-1", "By another name."), "what no event told")
        assert not watching.scanner.pacing.calm

    def test_a_file_with_another_name_elsewhere_is_looked_at_in_each_round(
        self, grove: Grove, calm: Callable[[], Watcher]
    ) -> None:
        grove.agent("a-1", progress="Begun.\n")
        self.unheard(grove, "a-1", "By another name.\n")
        watching = calm()
        self.unheard(grove, "a-1", "And once more.\n")
        wait_for(lambda: watching.says("a-1", "And once more."), "what no event told")

    def test_what_a_scan_finds_in_a_calm_and_no_event_tells_ends_all_calms(
        self, grove: Grove, calm: Callable[[], Watcher], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacing, "CALM_S", 0.3)
        monkeypatch.setattr(pacing, "CALM_SHARE", 0.0)
        grove.agent("a-1", progress="Begun.\n")
        watching = calm()
        self.unheard(grove, "a-1", "By another name.\n")
        wait_for(lambda: watching.says("a-1", "By another name."), "what no event told")
        wait_for(lambda: watching.watch._coverage.doubted, "the doubt")
        wait_for(lambda: watching.scanner.pacing.quiet_since is None, "the pace of before")


def test_on_a_mac_nothing_is_taken_for_calm(grove: Grove, monkeypatch: pytest.MonkeyPatch) -> None:
    grove.agent("a-1")
    monkeypatch.setattr("swarm.scan.coverage.RECURSIVE", True)
    assert Coverage(str(grove.agents)).quiet_since(None, followed=True) is None
