"""Outputs are counted by the engine: what matches, is new, is a file, and lies inside."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from swarm.model.agent import AgentSpec
from swarm.model.record import Fingerprint, Observed
from swarm.model.reports import Counted
from swarm.model.time import Now
from swarm.probes.made import made_by
from swarm.probes.outputs import NOTHING, count_outputs
from swarm.protocol.paths import Layout
from swarm.rules.looping.observation import as_of, observe_outputs, observe_progress, were_counted
from swarm.store import reader
from swarm.tracking.contents import Contents

LONG_AGO = 0.0


def make(base: Path, *names: str) -> None:
    for name in names:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.md", 1),
        ("out/*.md", 2),
        ("out/**", 4),
        ("out/**/*.md", 3),
        ("**/*.md", 4),
        ("out", 4),
        ("out/a.md", 1),
        ("./out//a.md", 1),
        ("out/[ab].md", 2),
        ("out/[!a].md", 1),
        ("out/?.md", 2),
        ("work/*.txt", 1),
        ("nothing/*.md", 0),
        ("", 0),
        ("/etc/*", 0),
        ("../../*", 0),
        ("out/*/../../*", 0),
        ("a\0b", 0),
    ],
)
def test_globs_mean_what_people_expect(tmp_path: Path, glob: str, expected: int) -> None:
    base = tmp_path / "home" / "agent"
    make(base, "a.md", "out/a.md", "out/b.md", "out/c.csv", "out/deep/d.md", "work/w.txt", "log/stdout.md", ".git/x.md")
    make(tmp_path, "outside.md")
    assert count_outputs([glob], base, tmp_path / "home", LONG_AGO).number == expected


def test_a_glob_may_lead_elsewhere_in_the_home(tmp_path: Path) -> None:
    make(tmp_path, "shared/report.md", "agents/a-1/x.txt")
    assert count_outputs(["../../shared/*.md"], tmp_path / "agents" / "a-1", tmp_path, LONG_AGO).number == 1


def test_a_file_counts_once_however_many_globs_match_it(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    assert count_outputs(["*.md", "a.*", "a.md"], tmp_path, tmp_path, LONG_AGO).number == 1


def test_the_protocols_own_files_are_no_outputs(tmp_path: Path) -> None:
    make(tmp_path, "progress.md", "task.md", "inbox.md", "results.json", "agent.json", "exit.json", "ended.json")
    assert count_outputs(["*"], tmp_path, tmp_path, LONG_AGO) == NOTHING


def test_what_was_there_before_the_spawn_is_no_output(tmp_path: Path) -> None:
    make(tmp_path, "old.md")
    assert count_outputs(["*.md"], tmp_path, tmp_path, time.time() + 60).number == 0


def test_a_copy_that_keeps_its_old_date_is_new_here(tmp_path: Path) -> None:
    since = time.time() - 1
    make(tmp_path, "copy.md")
    os.utime(tmp_path / "copy.md", (0, 0))
    assert count_outputs(["*.md"], tmp_path, tmp_path, since).number == 1


def test_links_and_what_is_no_file_do_not_count(tmp_path: Path) -> None:
    make(tmp_path / "home", "real/a.md")
    make(tmp_path, "elsewhere/b.md")
    home = tmp_path / "home"
    (home / "linked").symlink_to(tmp_path / "elsewhere")
    (home / "link.md").symlink_to(tmp_path / "elsewhere" / "b.md")
    os.mkfifo(home / "fifo.md")
    assert count_outputs(["**/*.md", "linked/*.md"], home, home, LONG_AGO).number == 1


def test_a_key_tells_a_change_of_content(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    first = count_outputs(["*.md"], tmp_path, tmp_path, LONG_AGO)
    assert count_outputs(["*.md"], tmp_path, tmp_path, LONG_AGO) == first
    (tmp_path / "a.md").write_text("something longer")
    assert count_outputs(["*.md"], tmp_path, tmp_path, LONG_AGO).key != first.key


class TestContents:
    """Field report, failure 3: what is in a file decides, not that it was written."""

    def count(self, base: Path, contents: Contents) -> Counted:
        return count_outputs(["*.md"], base, base, LONG_AGO, contents)

    def test_failure_3_the_same_bytes_a_touch_and_an_empty_file_are_no_output(self, tmp_path: Path) -> None:
        contents = Contents()
        (tmp_path / "a.md").write_text("one")
        first = self.count(tmp_path, contents)
        assert (first.number, first.newest is not None) == (1, True)

        (tmp_path / "a.md").write_text("one")
        os.utime(tmp_path / "a.md")
        (tmp_path / "empty.md").touch()
        again = self.count(tmp_path, contents)
        assert (again.number, again.key, again.newest) == (1, first.key, None)

        (tmp_path / "copy.md").write_text("one")
        copied = self.count(tmp_path, contents)
        assert (copied.number, copied.key, copied.newest) == (2, first.key, None)

    def test_failure_3_what_was_there_before_comes_back_as_nothing_new(self, tmp_path: Path) -> None:
        contents, keys = Contents(), []
        for text in ("one", "two", "one", "two", "three"):
            (tmp_path / "a.md").write_text(text)
            counted = self.count(tmp_path, contents)
            keys.append((counted.key, counted.newest is not None))
        assert [new for _, new in keys] == [True, True, False, False, True]
        assert keys[0][0] == keys[2][0] != keys[1][0]

    def test_a_change_anywhere_in_a_small_file_and_at_the_places_that_are_read_of_a_large_one_is_seen(
        self, tmp_path: Path
    ) -> None:
        for size, place in ((2_000, 1_000), (200_000, 3), (200_000, 100_500), (200_000, 199_990)):
            contents, text = Contents(), bytearray(b"x" * size)
            (tmp_path / "a.md").write_bytes(text)
            before = self.count(tmp_path, contents).key
            text[place] = 0
            (tmp_path / "a.md").write_bytes(text)
            assert self.count(tmp_path, contents).key != before

    def test_a_file_is_read_only_where_it_has_changed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        contents, read = Contents(), []
        monkeypatch.setattr(reader, "read_head", lambda path, _: read.append(path.name))
        make(tmp_path, "a.md", "b.md")
        self.count(tmp_path, contents)
        self.count(tmp_path, contents)
        (tmp_path / "b.md").write_text("longer than before")
        self.count(tmp_path, contents)
        assert sorted(read) == ["a.md", "b.md", "b.md"]

    def test_a_count_by_another_measure_makes_no_agent_younger(self) -> None:
        before = Observed(outputs=2, outputs_key="0123456789abcdef", outputs_changed=100.0)
        later = Now(wall=10_100.0, awake=600.0)
        seen = observe_outputs(before, Counted(2, "c-new", 9_700.0), later, first=not were_counted(before))
        assert (seen.outputs_changed, were_counted(seen)) == (200.0, True)


class TestMade:
    """What an agent has made that declares no outputs."""

    def count(self, home: Path, **more: Any) -> Counted:
        layout = Layout(home)
        spec = AgentSpec("genesis-01/w", "w", "worker", "genesis-01", "s", "Do it.", **more)
        return made_by(layout, spec.id, spec, LONG_AGO, Contents())

    def test_its_directory_its_working_directory_and_what_it_owns_count(self, tmp_path: Path) -> None:
        make(tmp_path, "swarm/agents/genesis-01/w/notes/a.md", "shop/b.py", "docs/c.md", "docs/deep/d.md", "other/e.md")
        assert self.count(tmp_path).number == 1
        assert self.count(tmp_path, cwd="shop", owns=("docs",)).number == 4

    def test_other_agents_clones_logs_and_the_files_of_the_engine_do_not(self, tmp_path: Path) -> None:
        own = "swarm/agents/genesis-01/w"
        make(tmp_path, *(f"{own}/{name}" for name in ("progress.md", "agent.json", "log/stdout", "run.log", "a.pid")))
        make(tmp_path, f"{own}/child/agent.json", f"{own}/child/out.md", f"{own}/lib/.git/HEAD", f"{own}/lib/x.py")
        make(tmp_path, "swarm/state.json", "swarm/revs/7", "top.md")
        assert self.count(tmp_path).number == 0
        assert self.count(tmp_path, cwd=".").number == 1

    def test_too_much_to_look_at_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("swarm.probes.made.MAX_ENTRIES", 20)
        make(tmp_path, *(f"swarm/agents/genesis-01/w/{number}.md" for number in range(40)))
        assert self.count(tmp_path).cut


def test_a_search_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarm.probes.outputs.MAX_ENTRIES", 50)
    make(tmp_path, *(f"d{number % 10}/f{number}.md" for number in range(200)))
    counted = count_outputs(["**/*.md"], tmp_path, tmp_path, LONG_AGO)
    assert counted.cut
    assert counted.number <= 50


class TestObservation:
    """The age rule as pure functions; test_scan.py holds it on a real disk."""

    now = Now(wall=10_000.0, awake=500.0)
    one, other = Fingerprint(1, 5, 9_900 * 10**9, "aaa"), Fingerprint(1, 9, 9_950 * 10**9, "bbb")

    def test_first_sight_believes_the_file_within_bounds(self) -> None:
        assert observe_progress(None, self.one, self.now).changed == 400.0
        assert observe_progress(None, self.one, self.now, born=450.0).changed == 450.0
        assert observe_progress(None, self.one, self.now, claimed=9_000.0).changed == -500.0
        assert observe_progress(None, self.one, self.now, claimed=9_990.0).changed == 400.0

    def test_nothing_written_ages_from_the_spawn(self) -> None:
        assert observe_progress(None, None, self.now, born=123.0).changed == 123.0

    def test_a_change_lies_between_the_last_look_and_now(self) -> None:
        before = observe_progress(None, self.one, self.now)
        later = Now(wall=10_100.0, awake=600.0)
        assert observe_progress(before, self.other, later).changed == 500.0
        assert observe_progress(as_of(before, Now(10_050.0, 550.0)), self.other, later).changed == 550.0
        late = Fingerprint(1, 9, 10_080 * 10**9, "bbb")
        assert observe_progress(before, late, later).changed == 580.0
        future = Fingerprint(1, 9, 99_999 * 10**9, "bbb")
        assert observe_progress(before, future, later).changed == 600.0

    def test_the_same_content_elsewhere_is_no_change(self) -> None:
        before = observe_progress(None, self.one, self.now)
        moved = Fingerprint(2, 5, 9_999 * 10**9, "aaa")
        after = observe_progress(before, moved, Now(10_100.0, 600.0))
        assert (after.changed, after.progress) == (before.changed, moved)

    def test_fewer_outputs_are_no_sign_of_work(self) -> None:
        before = Observed(outputs=2, outputs_key="k", outputs_changed=100.0)
        later = Now(wall=10_100.0, awake=600.0)
        fewer = observe_outputs(before, Counted(1, "l", 10_090.0), later, first=False)
        assert (fewer.outputs, fewer.outputs_changed) == (1, 100.0)
        more = observe_outputs(before, Counted(3, "m", 10_090.0), later, first=False)
        assert (more.outputs, more.outputs_changed) == (3, 590.0)
        assert observe_outputs(before, Counted(2, "k", 10_090.0), later, first=False) is before

    def test_outputs_at_first_sight_age_from_the_newest_or_the_spawn(self) -> None:
        assert observe_outputs(Observed(), NOTHING, self.now, first=True, born=42.0).outputs_changed == 42.0
        assert (
            observe_outputs(Observed(), Counted(1, "k", 9_980.0), self.now, first=True, born=42.0).outputs_changed
            == 480
        )


def test_files_of_a_clone_are_no_outputs_unless_the_work_is_in_it(tmp_path: Path) -> None:
    for name in ("out/a.csv", "shop/.git/HEAD", "shop/b.csv", "shop/deep/c.csv"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a,b")
    assert count_outputs(("**/*.csv",), tmp_path, tmp_path, 0.0).number == 1
    assert count_outputs(("**/*.csv",), tmp_path / "shop", tmp_path, 0.0).number == 2
