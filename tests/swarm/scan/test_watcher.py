"""A watch shows what changed soon, shows it all the same where no hint comes, and never dies of what it hears."""

import os
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from glob import glob
from pathlib import Path
from typing import Any

import pytest
import watchfiles
from watchfiles import Change

from swarm.model.snapshot import AgentView, Snapshot
from swarm.protocol.paths import Layout
from swarm.scan import fs_events
from swarm.scan import watcher as watcher_module
from swarm.scan.fs_events import EventsLost, FsEvents
from swarm.scan.watcher import Watch
from tests.support.trees import Grove, append, codes_of, raw, scanner_of
from tests.support.wait import wait_for

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux'")


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
        """Waits until events come."""
        wait_for(lambda: self.snapshots and self.last.pulse.watching == "events", "events")


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
        def refuse(self: FsEvents, directories: Sequence[str]) -> tuple[list[str], str]:
            raise EventsLost("none in this test")

        monkeypatch.setattr(FsEvents, "follow", refuse)

    def test_a_change_is_seen_without_any_event(self, grove: Grove, start: Start) -> None:
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


class TestEvents:
    """With paced scans an hour apart: what events alone bring."""

    def test_out_of_sight_news_wait_for_the_pace_of_those_who_are_away(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(unseen_s=3600.0)
        watcher.settle()
        waits: list[float] = []
        next_look = watcher.watch._next_look

        def noted(*, seen: bool) -> float:
            at = next_look(seen=seen)
            waits.append(at - time.monotonic())
            return at

        monkeypatch.setattr(watcher.watch, "_next_look", noted)
        append(agent.progress, "Seen.\n")
        wait_for(lambda: watcher.says("a-1", "Seen."), "the look at what was heard")
        watcher.watch.visible(seen=False)
        append(agent.progress, "Unseen.\n")
        wait_for(lambda: bool(waits) and waits[-1] > 1800.0, "it to hear of it, and to rest")
        watcher.watch.visible(seen=True)
        wait_for(lambda: watcher.says("a-1", "Unseen."), "the look of who came back")

    def test_news_of_what_is_on_the_screen_does_not_wait_for_the_rest(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown, other = (grove.agent(name, progress="Begun.\n") for name in ("a-1", "a-2"))
        monkeypatch.setattr(watcher_module, "ELSEWHERE_S", 3600.0)
        watcher = start(seen_s=3600.0)
        watcher.settle()
        watcher.watch.in_sight = {"a-1"}
        append(other.progress, "The first for long.\n")
        wait_for(lambda: watcher.says("a-2", "The first for long."), "news that waits for nobody")
        for number in range(3):
            append(other.progress, f"Later {number}.\n")
            append(shown.progress, f"At once {number}.\n")
            wait_for(partial(watcher.says, "a-1", f"At once {number}."), "the news of what is on the screen")
        assert watcher.says("a-2", "The first for long.")
        watcher.watch.poke()
        wait_for(lambda: watcher.says("a-2", "Later 2."), "a look at everything")

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

    def test_a_name_of_two_lines_is_heard_like_any_other(self, grove: Grove, start: Start) -> None:
        watcher = start(seen_s=3600.0)
        watcher.settle()
        (odd,) = raw(grove.agents, [b"two\nlines"])
        wait_for(lambda: watcher.ids() == {"two%0alines"}, "the odd name")
        append(Path(os.fsdecode(odd)) / "progress.md", "Odd.\n")
        wait_for(lambda: watcher.says("two%0alines", "Odd."), "its line")

    @pytest.mark.parametrize("depth", [1, 3])
    def test_directories_made_below_one_that_was_made_again_are_heard(
        self, grove: Grove, start: Start, depth: int
    ) -> None:
        name = "/".join(["g", *(f"h{number}" for number in range(1, depth)), "a-1"])
        grove.agent(name, progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        for number in range(3):
            shutil.rmtree(grove.agents / "g")
            agent = grove.agent(name, progress=f"Again {number}.\n")
            wait_for(lambda: watcher.says(name, f"Again {number}."), "the new directory")  # noqa: B023
            append(agent.progress, f"On {number}.\n")
            wait_for(lambda: watcher.says(name, f"On {number}."), "its line")  # noqa: B023

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

    def test_what_is_written_while_other_directories_begin_to_be_watched_is_seen(
        self, grove: Grove, start: Start
    ) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start(seen_s=3600.0)
        watcher.settle()
        for number in range(40):
            grove.agent(f"b-{number}", progress="Begun.\n")
            append(agent.progress, f"Step {number}.\n")
            append(grove.agents / f"b-{number}" / "progress.md", "More.\n")
            wait_for(partial(watcher.says, "a-1", f"Step {number}."), "the line of the old one")
            wait_for(partial(watcher.says, f"b-{number}", "More."), "the line of the new one")


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

    def test_it_stops_and_leaves_neither_thread_nor_descriptor(self, grove: Grove, start: Start) -> None:
        grove.many(20)
        threads, descriptors = native_threads(), open_descriptors()
        watcher = start(seen_s=3600.0)
        watcher.settle()
        wait_for(lambda: watcher.watch._events, "events")
        watcher.watch.stop(timeout=10.0)
        assert not watcher.watch._thread.is_alive()
        assert watcher.watch._events is None
        wait_for(lambda: native_threads() <= threads, "the threads to end")
        wait_for(lambda: open_descriptors() <= descriptors, "the descriptors to be given back")
        watcher.watch.poke()

    def test_names_that_are_not_utf8_are_found_by_scans_and_end_no_events_of_others(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watcher_module, "RETRY_S", 0.1)
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start()
        watcher.settle()
        (odd,) = raw(grove.agents, [b"not-utf8-\xff"])
        wait_for(lambda: watcher.ids() == {"a-1", "not-utf8-%ff"}, "the odd name")
        append(Path(os.fsdecode(odd)) / "progress.md", "Odd.\n")
        wait_for(lambda: watcher.says("not-utf8-%ff", "Odd."), "its line")
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.says("a-1", "More."), "a line of another")
        wait_for(lambda: watcher.scanner.watching[0] == "events", "events again")
        wait_for(lambda: "UTF-8" in watcher.last.pulse.watching_why, "the reason why not for all")

    def test_events_can_be_switched_off(self, home_dir: Path, start: Start) -> None:
        (home_dir / "swarm.toml").write_text("[watch]\nevents = false\n")
        watcher = start(Layout(home_dir))
        wait_for(lambda: "events are off" in watcher.last.pulse.watching_why, "the reason")

    @linux_only
    def test_too_few_watches_are_said_and_scans_make_up_for_them(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grove.many(10)
        real = watchfiles.watch

        def limited(*paths: str, ignore_permission_denied: bool, **more: Any) -> Iterator[set[tuple[Change, str]]]:
            if len(paths) > 3 and not ignore_permission_denied:
                raise OSError('OS file watch limit reached. about ["/a"] (Error { kind: MaxFilesWatch })')
            yield from real(*paths[:3], ignore_permission_denied=ignore_permission_denied, **more)

        monkeypatch.setattr(watchfiles, "watch", limited)
        watcher = start()
        wait_for(lambda: "max_user_watches" in watcher.last.pulse.watching_why, "the reason")
        last = watcher.last.agents[-1].id
        append(grove.layout.agent(last).progress, "More.\n")
        wait_for(lambda: watcher.says(last, "More."), "the change that no event told")

    def test_events_that_end_are_replaced_by_scans(
        self, grove: Grove, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agent = grove.agent("a-1", progress="Begun.\n")
        watcher = start()
        watcher.settle()
        events = wait_for(lambda: watcher.watch._events, "events")

        def lose(timeout: float) -> frozenset[str]:
            raise EventsLost("the source dried up")

        monkeypatch.setattr(events, "wait", lose)
        append(agent.progress, "More.\n")
        wait_for(lambda: watcher.last.pulse.watching_why == "the source dried up", "the reason")
        append(agent.progress, "And more.\n")
        wait_for(lambda: watcher.says("a-1", "And more."), "the change")


def native_threads() -> int:
    """Threads of this process that watch files, Python's or not; none where the system does not list them."""
    names = [Path(comm) for comm in glob("/proc/self/task/*/comm")]
    return sum(comm.read_text().startswith("notify-rs") for comm in names if comm.exists())


def open_descriptors() -> int:
    """Descriptors of this process that watch files; none where the system does not list them."""
    links = [os.path.realpath(link) for link in glob("/proc/self/fd/*")]
    return sum("inotify" in link for link in links)


@pytest.fixture
def events(grove: Grove) -> Iterator[FsEvents]:
    made = FsEvents(grove.layout, threading.Event(), threading.Event())
    yield made
    made.close()


def heard_from(events: FsEvents, path: Path, what: str) -> set[str]:
    """Waits until this path is among what is heard; everything that was."""
    heard: set[str] = set()

    def came() -> bool:
        heard.update(events.wait(0.2))
        return str(path) in heard

    wait_for(came, what)
    return heard


@linux_only
class TestFsEvents:
    def test_only_what_is_wanted_is_listened_to(self, grove: Grove, events: FsEvents) -> None:
        one, other = grove.agent("a-1"), grove.agent("b-1")
        assert events.follow([str(one.path)]) == ([str(one.path)], "")
        assert events.follow([str(one.path), str(other.path)]) == ([str(other.path)], "")
        assert events.follow([str(other.path)]) == ([], "")
        (one.path / "notes.md").write_text("x")
        (one.path / "notes.md").unlink()
        other.progress.write_text("x")
        assert heard_from(events, other.progress, "the line") == {str(other.progress)}

    def test_a_fresh_directory_is_heard_of_and_a_fresh_file_of_no_concern_is_not(
        self, grove: Grove, events: FsEvents
    ) -> None:
        agent = grove.agent("a-1")
        events.follow([str(grove.agents), str(agent.path)])
        (grove.agents / "notes.md").write_text("x")
        (agent.path / "log").mkdir()
        (grove.agents / "link").symlink_to(agent.path)
        fresh = grove.agents / "b-1"
        fresh.mkdir()
        assert heard_from(events, fresh, "the directory") == {str(fresh)}

    def test_a_change_of_its_mode_is_heard_of(self, grove: Grove, events: FsEvents) -> None:
        agent = grove.agent("a-1")
        events.follow([str(grove.agents), str(agent.path)])
        agent.path.chmod(stat.S_IRWXU)
        heard_from(events, agent.path, "the directory")

    def test_links_are_not_followed(self, grove: Grove, events: FsEvents) -> None:
        agent, away = grove.agent("a-1"), grove.root / "away"
        away.mkdir()
        link = grove.agents / "link"
        link.symlink_to(away)
        events.follow([str(agent.path), str(link)])
        (away / "progress.md").write_text("x")
        agent.progress.write_text("x")
        assert heard_from(events, agent.progress, "the line") == {str(agent.progress)}

    def test_a_directory_that_is_gone_by_then_keeps_no_other_from_being_watched(
        self, grove: Grove, events: FsEvents
    ) -> None:
        agent = grove.agent("a-1")
        gone = grove.agents / "gone"
        gone.mkdir()
        assert events.follow([str(gone)]) == ([str(gone)], "")
        gone.rmdir()
        assert events.follow([str(gone), str(agent.path)]) == ([str(agent.path)], "")
        agent.progress.write_text("x")
        heard_from(events, agent.progress, "the line")
        assert events.stale

    def test_what_was_heard_before_other_directories_were_added_is_not_lost(
        self, grove: Grove, events: FsEvents
    ) -> None:
        one, other = grove.agent("a-1"), grove.agent("b-1")
        events.follow([str(one.path)])
        one.progress.write_text("x")
        events.follow([str(one.path), str(other.path)])
        heard_from(events, one.progress, "the line from before")

    def test_a_watch_that_leaves_room_for_no_other_is_closed_before_the_next_is_opened(
        self, grove: Grove, events: FsEvents, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agents = [grove.agent(f"a-{number}") for number in range(3)]
        real, open_now = watchfiles.watch, [0]

        def limited(*paths: str, ignore_permission_denied: bool, **more: Any) -> Iterator[set[tuple[Change, str]]]:
            if open_now[0] + len(paths) > 3 and not ignore_permission_denied:
                raise OSError('OS file watch limit reached. about ["/a"] (Error { kind: MaxFilesWatch })')
            open_now[0] += len(paths)
            try:
                yield from real(*paths, ignore_permission_denied=ignore_permission_denied, **more)
            finally:
                open_now[0] -= len(paths)

        monkeypatch.setattr(watchfiles, "watch", limited)
        directories = [str(agent.path) for agent in agents]
        assert events.follow(directories[:2]) == (directories[:2], "")
        assert events.follow(directories) == (directories, "")
        agents[2].progress.write_text("x")
        heard_from(events, agents[2].progress, "the line")

    @pytest.mark.parametrize("which", ["woken", "stopped"])
    def test_a_wait_can_be_woken_and_stopped(self, grove: Grove, which: str) -> None:
        signals = {"woken": threading.Event(), "stopped": threading.Event()}
        events = FsEvents(grove.layout, **signals)
        try:
            events.follow([str(grove.agents)])
            waker = threading.Timer(0.05, signals[which].set)
            waker.start()
            assert events.wait(3600.0) == frozenset()
            waker.join()
        finally:
            events.close()

    def test_the_watch_itself_ends_at_a_stop(self, grove: Grove, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fs_events, "WAKE_MS", 3_600_000)
        stopped = threading.Event()
        events = FsEvents(grove.layout, threading.Event(), stopped)
        try:
            events.follow([str(grove.agents)])
            stopper = threading.Timer(0.05, stopped.set)
            stopper.start()
            assert events.wait(3600.0) == frozenset()
            stopper.join()
        finally:
            events.close()

    def test_where_no_watch_can_be_opened_it_says_why(
        self, grove: Grove, events: FsEvents, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*paths: str, **more: Any) -> Iterator[set[tuple[Change, str]]]:
            if paths:
                raise RuntimeError("Too many open files (os error 24)")
            yield set()

        monkeypatch.setattr(watchfiles, "watch", refuse)
        with pytest.raises(EventsLost, match="Too many open files"):
            events.follow([str(grove.agents)])


def test_steps_are_short_in_the_midst_of_news_and_long_in_a_silence(grove: Grove, events: FsEvents) -> None:
    assert [fs_events.step_after(silence) for silence in (0.0, 0.1, 0.5, 1.0, 3600.0)] == [1, 1, 5, 10, 100]
    events.follow([str(grove.agents)])
    wait_for(lambda: events.wait(0.2) or events._step.value >= 10, "longer steps")


def test_a_watch_of_whole_trees_tells_the_same(grove: Grove, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Mac, where the system tells real paths."""
    monkeypatch.setattr(fs_events, "RECURSIVE", True)
    real = grove.root.rename(grove.root.with_name("real"))
    grove.root.symlink_to(real)
    agent = grove.agent("a-1", progress="Begun.\n")
    agent.log.mkdir()
    events = FsEvents(grove.layout, threading.Event(), threading.Event())
    monkeypatch.setattr(events, "_root", os.path.realpath(grove.layout.agents.parent))
    try:
        directories = [str(grove.layout.agents.parent), str(agent.path)]
        assert events.follow(directories) == (directories, "")
        events._root = str(grove.layout.agents.parent)
        append(agent.stdout, "noise\n")
        append(agent.progress, "More.\n")
        assert heard_from(events, agent.progress, "the line") == {str(agent.progress)}
        fresh = grove.agents / "b-1"
        fresh.mkdir()
        heard_from(events, fresh, "the directory")
        assert events.follow([*directories, str(fresh)]) == ([str(fresh)], "")
    finally:
        events.close()
