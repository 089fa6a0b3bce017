"""A watch shows what changed soon, shows it all the same where no hint comes, and never dies of what it hears."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from swarm.model.snapshot import AgentView, Snapshot
from swarm.protocol.paths import Layout
from swarm.scan.fs_events import Heard, HintsLost, InotifyHints, WatchfilesHints
from swarm.scan.watcher import Watch
from tests.support.trees import Grove, append, codes_of, raw, scanner_of
from tests.support.wait import wait_for

linux_only = pytest.mark.skipif(not hasattr(os, "pipe2") or not os.path.exists("/proc"), reason="inotify is Linux")


class Watcher:
    """A running watch, and everything that it handed on."""

    def __init__(self, layout: Layout, seen_s: float = 0.2, unseen_s: float = 60.0) -> None:
        self.scanner = scanner_of(layout)
        self.snapshots: list[Snapshot] = []
        self.threads: set[str] = set()
        self.watch = Watch(self.scanner, seen_s=seen_s, unseen_s=unseen_s, on_snapshot=self._take)

    def _take(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.threads.add(threading.current_thread().name)

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    def ids(self) -> set[str]:
        return {view.id for view in self.last.agents} if self.snapshots else set()

    def view(self, agent_id: str) -> AgentView | None:
        return self.last.agent(agent_id) if self.snapshots else None

    def says(self, agent_id: str, sentence: str) -> bool:
        view = self.view(agent_id)
        return view is not None and view.progress.last is not None and view.progress.last.sentence == sentence

    def settle(self) -> None:
        """Waits until hints come, or cannot."""
        wait_for(lambda: self.snapshots and self.last.pulse.watching in ("events", "scan"), "a first snapshot")
        wait_for(lambda: self.scanner.watching[0] == "events", "events")


@pytest.fixture
def grove(tmp_path: Path) -> Grove:
    return Grove(tmp_path / "grove")


@pytest.fixture
def start(grove: Grove) -> Iterator[Callable[..., Watcher]]:
    started: list[Watcher] = []

    def go(layout: Layout | None = None, **pace: float) -> Watcher:
        watcher = Watcher(layout or grove.layout, **pace)
        started.append(watcher)
        watcher.watch.start()
        wait_for(lambda: watcher.snapshots, "the first snapshot")
        return watcher

    yield go
    for watcher in started:
        watcher.watch.stop()


Start = Callable[..., Watcher]


class TestTruth:
    """With events off: what paced scans show by themselves."""

    @pytest.fixture(autouse=True)
    def blind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(layout: Layout) -> InotifyHints:
            raise HintsLost("none in this test")

        monkeypatch.setattr("swarm.scan.watcher.open_hints", refuse)

    def test_a_change_is_seen_without_any_hint(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start()
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("a-1", "More."), "the change")

    def test_it_says_that_it_scans_only_and_why(self, grove: Grove, start: Start) -> None:
        grove.agent("a-1")
        watcher = start()
        wait_for(lambda: watcher.last.pulse.watching_why == "none in this test", "the reason")
        assert watcher.last.pulse.watching == "scan"

    def test_new_agents_and_gone_ones_are_seen(self, grove: Grove, start: Start) -> None:
        first = grove.agent("a-1")
        watcher = start()
        grove.agent("g/b-1")
        wait_for(lambda: watcher.ids() == {"a-1", "g/b-1"}, "the new agent")
        shutil.rmtree(first.path)
        wait_for(lambda: watcher.ids() == {"g/b-1"}, "the end of the first")

    def test_a_poke_looks_at_once(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        append(agent.progress, "More.\n")
        watcher.watch.poke()
        wait_for(lambda: watcher.says("a-1", "More."), "the poked look")

    def test_coming_into_sight_looks_at_once(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0, unseen_s=3600.0)
        watcher.watch.visible(seen=False)
        append(agent.progress, "More.\n")
        watcher.watch.visible(seen=True)
        wait_for(lambda: watcher.says("a-1", "More."), "the look")

    def test_it_goes_on_after_a_scan_that_failed(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start()
        broken = threading.Event()

        def fail() -> Snapshot:
            broken.set()
            raise OSError(24, "Too many open files")

        with monkeypatch.context() as patch:
            patch.setattr(watcher.scanner, "paced", fail)
            wait_for(broken.is_set, "the failure")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("a-1", "More."), "the change after it")


class TestHints:
    """With paced scans an hour apart: what hints alone bring."""

    def test_a_written_line_is_seen(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("g/a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        for number in range(5):
            append(agent.progress, f"Step {number}.\n")
            wait_for(partial(watcher.says, "g/a-1", f"Step {number}."), "the line")

    def test_a_file_put_in_place_by_rename_is_seen(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        (agent.path / "results.tmp").write_text('{"summary": "All of it."}')
        (agent.path / "results.tmp").rename(agent.results)
        wait_for(lambda: (view := watcher.view("a-1")) and view.results.summary == "All of it.", "the results")

    def test_agents_that_come_later_are_listened_to(self, grove: Grove, start: Start) -> None:
        watcher = start(seen_s=3600.0)
        watcher.settle()
        agent = grove.agent("g/a-1", progress="Begun.\n")
        wait_for(lambda: watcher.ids() == {"g/a-1"}, "the new agent")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("g/a-1", "More."), "its line")

    def test_a_directory_that_is_moved_goes_on_being_heard(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        agent.path.rename(grove.agents / "b-1")
        wait_for(lambda: watcher.ids() == {"b-1"}, "the new name")
        append(grove.agents / "b-1" / "progress.md", "Under a new name.\n")
        wait_for(lambda: watcher.says("b-1", "Under a new name."), "its line")

    def test_a_directory_that_is_made_again_goes_on_being_heard(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        for _ in range(3):
            shutil.rmtree(agent.path)
            grove.agent("a-1", progress="Again.\n")
            wait_for(lambda: watcher.says("a-1", "Again."), "the new directory")
            append(agent.progress, "On.\n")
            wait_for(lambda: watcher.says("a-1", "On."), "its line")

    def test_agents_swapped_for_others_are_seen(self, grove: Grove, start: Start) -> None:
        grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        away = grove.agents.rename(grove.root / "away")
        wait_for(lambda: codes_of(watcher.last, "") == {"directory-missing"}, "the banner")
        grove.agents.symlink_to(away)
        wait_for(lambda: codes_of(watcher.last, "") == {"link"}, "the refusal of a link")
        grove.agents.unlink()
        grove.agents.mkdir()
        agent = grove.agent("b-1", progress="Begun.\n")
        wait_for(lambda: watcher.ids() == {"b-1"}, "the others")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("b-1", "More."), "a line of theirs")

    def test_names_of_any_bytes_do_not_end_it(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        (odd,) = raw(grove.agents, [b"not-utf8-\xff"])
        wait_for(lambda: watcher.ids() == {"a-1", "not-utf8-%ff"}, "the odd name")
        append(Path(os.fsdecode(odd)) / "progress.md", "Odd.\n")
        wait_for(lambda: watcher.says("not-utf8-%ff", "Odd."), "its line")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("a-1", "More."), "a line of another")

    def test_a_burst_is_collapsed_and_ends_in_its_last_line(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        before, began = len(watcher.snapshots), time.monotonic()
        for number in range(2000):
            append(agent.progress, f"Step {number}.\n")
        wait_for(lambda: watcher.says("a-1", "Step 1999."), "the last line")
        assert len(watcher.snapshots) - before <= 60 * (time.monotonic() - began) + 3

    def test_a_flood_in_a_log_wakes_nobody(self, grove: Grove, start: Start) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        agent.log.mkdir()
        watcher = start(seen_s=3600.0)
        watcher.settle()
        wait_for(lambda: watcher.says("a-1", "Begun."), "the start")
        before = watcher.last.generation
        for number in range(500):
            append(agent.stdout, f"Noise {number}.\n")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("a-1", "More."), "the one line that counts")
        assert watcher.last.generation == before + 1


class TestBoth:
    def test_two_hundred_files_at_once_in_fresh_deep_directories_are_all_shown(
        self, grove: Grove, start: Start
    ) -> None:
        watcher = start(seen_s=1.0)
        watcher.settle()
        for number in range(200):
            directory = grove.agents / f"g{number % 20}" / "x" / "y" / f"a{number}"
            directory.mkdir(parents=True)
            (directory / "progress.md").write_text("Begun.\n")
        wait_for(lambda: len(watcher.ids()) == 200, "all of them", deadline=5.0)
        wait_for(lambda: all(view.progress.lines for view in watcher.last.agents), "their lines", deadline=5.0)

    def test_generations_grow_and_come_from_one_thread(self, grove: Grove, start: Start) -> None:
        agents = [grove.agent(f"a{number}", progress="Begun.\n") for number in range(5)]
        watcher = start()
        for number in range(30):
            append(agents[number % 5].progress, f"Step {number}.\n")
        wait_for(lambda: watcher.says("a4", "Step 29."), "the last line")
        generations = [snapshot.generation for snapshot in watcher.snapshots]
        assert generations == sorted(generations)
        assert watcher.threads == {"swarm-watch"}

    def test_it_stops_at_once_and_gives_back_its_descriptors(self, grove: Grove, start: Start) -> None:
        grove.many(20)
        watcher = start(seen_s=3600.0)
        watcher.settle()
        wait_for(lambda: watcher.watch._hints, "hints")
        watcher.watch.stop(timeout=10.0)
        assert not watcher.watch._thread.is_alive()
        assert watcher.watch._hints is None
        watcher.watch.poke()

    def test_events_can_be_switched_off(self, home_dir: Path, start: Start) -> None:
        (home_dir / "swarm.toml").write_text("[watch]\nevents = false\n")
        watcher = start(Layout(home_dir))
        wait_for(lambda: "events are off" in watcher.last.pulse.watching_why, "the reason")

    @linux_only
    def test_too_few_watches_are_said_and_scans_make_up_for_them(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grove.many(10)
        real = InotifyHints.__init__

        def limited(self: InotifyHints, layout: Layout) -> None:
            real(self, layout)
            inner, left = self._inotify, [3]

            class Limited:
                def add_watch(self, path: str, mask: int) -> int:
                    left[0] -= 1
                    if left[0] < 0:
                        raise OSError(28, "No space left on device")
                    return int(inner.add_watch(path, mask))

                def __getattr__(self, name: str) -> object:
                    return getattr(inner, name)

            self._inotify = Limited()

        monkeypatch.setattr(InotifyHints, "__init__", limited)
        watcher = start()
        wait_for(lambda: "max_user_watches" in watcher.last.pulse.watching_why, "the reason")
        last = watcher.last.agents[-1].id
        append(grove.layout.agent(last).progress, "More.\n")
        wait_for(lambda: watcher.says(last, "More."), "the change that no event told")

    def test_hints_that_end_are_replaced_by_scans(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start()
        watcher.settle()
        hints = wait_for(lambda: watcher.watch._hints, "hints")

        def lose(timeout: float) -> Heard:
            raise HintsLost("the source dried up")

        monkeypatch.setattr(hints, "wait", lose)
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.last.pulse.watching_why == "the source dried up", "the reason")
        append(agent.progress, "And more.\n")
        wait_for(lambda: watcher.says("a-1", "And more."), "the change")


def heard_from(hints: InotifyHints | WatchfilesHints, path: Path, what: str) -> None:
    """Waits until this path is among the hints."""
    heard: set[str] = set()

    def came() -> bool:
        heard.update(hints.wait(0.2).paths)
        return str(path) in heard

    wait_for(came, what)


class TestSources:
    @linux_only
    def test_a_lost_queue_asks_for_a_look_at_everything(self, grove: Grove) -> None:
        grove.agent("a-1")
        hints = InotifyHints(grove.layout)
        try:
            hints.follow([str(grove.agents / "a-1")])
            overflow = [(-1, int(hints._flags.Q_OVERFLOW), 0, "")]
            assert hints._heard(overflow).missed
        finally:
            hints.close()

    @linux_only
    def test_only_what_is_wanted_is_listened_to(self, grove: Grove) -> None:
        one, other = grove.agent("a-1"), grove.agent("b-1")
        hints = InotifyHints(grove.layout)
        try:
            assert hints.follow([str(one.path), str(other.path)]) == ([str(one.path), str(other.path)], "")
            assert hints.follow([str(other.path)]) == ([], "")
            one.progress.write_text("x")
            other.progress.write_text("x")
            assert hints.wait(5.0).paths == {str(other.progress)}
        finally:
            hints.close()

    def test_watchfiles_tells_the_same(self, grove: Grove) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        agent.log.mkdir()
        hints = WatchfilesHints(grove.layout)
        try:
            append(agent.stdout, "noise\n")
            append(agent.progress, "More.\n")
            heard_from(hints, agent.progress, "the line")
            fresh = grove.agents / "b-1"
            fresh.mkdir()
            heard_from(hints, fresh, "the directory")
        finally:
            hints.close()

    def test_watchfiles_can_be_woken(self, grove: Grove) -> None:
        hints = WatchfilesHints(grove.layout)
        try:
            waker = threading.Timer(0.05, hints.wake)
            waker.start()
            assert hints.wait(60.0) == Heard()
            waker.join()
        finally:
            hints.close()
