"""After a held agent has ended, what changed outside of its scope is looked for in the files, and said honestly."""

import os
import shutil
from pathlib import Path

import pytest

from swarm.model.record import Phase
from swarm.probes import changes
from swarm.probes.changes import changes_since
from swarm.programs import preflight
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

DONE = 'printf \'{"status":"success","summary":"x","outputs":[],"finished_at":"now"}\' > results.json'


def ends(home: LiveHome, name: str, script: str, **more: object) -> str:
    """Lets an agent do something and end, and settles it; returns what its record says of outside."""
    home.spawn(name, "sh", "-c", f"{script}\n{DONE}", **more)
    home.wait_until_ended(name)
    settled(home, name)
    return home.record(name).outside


def settled(home: LiveHome, name: str) -> None:
    from swarm.ending.settle import settle

    def over() -> bool:
        settle(home.home)
        return home.record(name).phase is Phase.ENDED

    wait_for(over, f"{name} to be settled")


@pytest.fixture
def home(live_home: LiveHome) -> LiveHome:
    for name in ("site", "docs", "docs/old", ".git", "node_modules"):
        (live_home.root / name).mkdir()
    (live_home.root / "docs" / "page.md").write_text("before")
    (live_home.root / "docs" / "old" / "gone.md").write_text("before")
    live_home.rules(more='\n[programs.command]\nscope = "narrow"\n')  # in a box none of this could be written
    live_home.swarm = live_home.open()
    return live_home


def test_who_stays_inside_has_nothing_said_about_it(home: LiveHome) -> None:
    script = f"echo x > own.md; mkdir -p work; echo y > work/z; echo z > {home.root}/site/index.html"
    assert ends(home, "worker-1", script, owns=("site",)) == ""
    view = home.swarm.snapshot().agent("genesis-01/worker-1")
    assert view is not None
    assert "outside" not in {problem.code for problem in view.problems}


def test_a_file_outside_is_named_in_the_record_the_view_and_the_audit_log(home: LiveHome) -> None:
    said = ends(home, "worker-1", f"echo x >> {home.root}/docs/page.md", owns=("site",))
    assert "1 file outside of its scope" in said
    assert "docs/page.md" in said
    assert "the operator or another program" in said
    view = home.swarm.snapshot().agent("genesis-01/worker-1")
    assert view is not None
    assert [problem.text for problem in view.problems if problem.code == "outside"] == [said]
    (event,) = [each for each in home.swarm.events(limit=100) if each.verb == "collect"]
    assert event.more["outside"] == said
    assert [alert.text for alert in home.state.alerts if alert.cause == "outside"] == [said]


def test_an_observer_that_writes_beside_its_directory_is_seen(home: LiveHome) -> None:
    said = ends(home, "audit", f"echo x > {home.root}/fix.py; echo y > report.md", role="improvement")
    assert "fix.py" in said
    assert "report.md" not in said


def test_who_is_held_to_nothing_is_not_looked_after(home: LiveHome) -> None:
    assert ends(home, "worker-1", f"echo x > {home.root}/docs/new.md") == ""


def test_what_changed_before_it_ran_is_not_its(home: LiveHome) -> None:
    ends(home, "worker-1", f"echo x > {home.root}/docs/new.md")
    assert ends(home, "worker-2", "true", owns=("site",)) == ""


def test_a_date_that_is_set_back_hides_nothing(home: LiveHome) -> None:
    said = ends(home, "worker-1", f"touch -d 2001-01-01 {home.root}/docs/page.md", owns=("site",))
    assert "docs/page.md" in said


def test_a_file_that_was_taken_away_is_seen_by_its_directory(home: LiveHome) -> None:
    said = ends(home, "worker-1", f"rm {home.root}/docs/old/gone.md", owns=("site",))
    assert "docs/old (something is gone)" in said


def test_what_lies_in_a_living_agents_area_is_that_agents(home: LiveHome) -> None:
    home.spawn("other", owns=("docs",))
    own = home.agent("other").path
    assert ends(home, "worker-1", f"echo x > {home.root}/docs/page.md; echo y > {own}/notes.md", owns=("site",)) == ""


def test_the_directory_of_an_agent_that_had_ended_before_is_nobodys_to_write(home: LiveHome) -> None:
    ends(home, "other", "echo mine > notes.md")
    said = ends(home, "worker-1", f"echo x > {home.agent('other').path}/notes.md", owns=("site",))
    assert "other/notes.md" in said


def test_failure_10_who_only_ran_beside_a_writer_is_not_accused_at_its_end(home: LiveHome) -> None:
    """The audit log keeps what is known, with everybody who could have done it."""
    home.spawn("free", "sh", "-c", f"while :; do echo x >> {home.root}/docs/page.md; sleep 0.05; done")
    page = home.root / "docs" / "page.md"
    assert ends(home, "worker-1", f"while ! grep -q x {page}; do sleep 0.05; done; sleep 0.2", owns=("site",)) == ""
    assert not [alert for alert in home.state.alerts if alert.cause == "outside"]
    view = home.swarm.snapshot().agent("genesis-01/worker-1")
    assert view is not None
    assert "outside" not in {problem.code for problem in view.problems}
    (event,) = [each for each in home.swarm.events(limit=100) if each.verb == "collect"]
    assert "genesis-01/free, the operator or another program" in str(event.more["outside"])


@pytest.mark.skipif(bool(preflight.no_box(os.environ)), reason="no box works here")
def test_failure_10_who_ran_in_a_box_answers_for_nothing_that_changed_outside_of_it(home: LiveHome) -> None:
    home.rules()
    home.swarm = home.open()
    home.spawn("worker-1", "sh", "-c", f"touch ready; while [ ! -e go ]; do sleep 0.05; done; {DONE}", owns=("site",))
    agent = home.agent("worker-1").path
    wait_for((agent / "ready").exists, "the agent to be at work")
    (home.root / "docs" / "page.md").write_text("by the operator's own hand")
    (agent / "go").touch()
    home.wait_until_ended("worker-1")
    settled(home, "worker-1")
    assert home.record("worker-1").outside == ""


def test_the_engines_own_files_and_noise_are_left_out(home: LiveHome) -> None:
    script = f"echo x > {home.root}/.git/index; echo y > {home.root}/node_modules/z"
    home.spawn("other")
    home.swarm.message("other", "hello")
    assert ends(home, "worker-1", script, owns=("site",)) == ""


def test_a_killed_agent_is_looked_after_too(home: LiveHome) -> None:
    made = home.root / "docs" / "new.md"
    home.spawn("worker-1", "sh", "-c", f"echo x > {made}; sleep 300", owns=("site",))
    wait_for(made.exists, "the agent to write")
    home.swarm.kill(["worker-1"])
    assert "docs/new.md" in home.record("worker-1").outside


def test_links_are_not_followed(home: LiveHome, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("new")
    (home.root / "docs" / "link").symlink_to(elsewhere)
    found = {change.path for change in changes_since(home.layout, 0.0).found}
    assert "docs/link" in found
    assert "docs/link/file" not in found


def test_a_walk_that_is_too_long_ends_and_says_so(home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (home.root / "docs" / f"{number}.md").write_text("x")
    monkeypatch.setattr(changes, "MAX_ENTRIES", 20)
    assert not changes_since(home.layout, 0.0).whole
    said = ends(home, "worker-1", f"echo x > {home.root}/a.md", owns=("site",))
    assert "not everything could be looked through" in said


def test_a_directory_that_cannot_be_read_or_goes_away_stops_nothing(home: LiveHome) -> None:
    deep = home.root / "docs"
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    os.mkfifo(home.root / "docs" / "fifo")
    assert not changes_since(home.layout, 0.0).whole
    shutil.rmtree(home.root / "docs")
    assert changes_since(home.layout, 0.0).whole


def test_names_are_cleaned_before_anybody_reads_them(home: LiveHome) -> None:
    said = ends(home, "worker-1", f"touch \"{home.root}/docs/$(printf 'a\\033]52;c;x\\007b')\"", owns=("site",))
    assert "docs/" in said
    assert said.isprintable()


def test_many_files_are_counted_and_the_first_are_named(home: LiveHome) -> None:
    said = ends(home, "worker-1", f"(cd {home.root}/docs && for n in $(seq 30); do echo x > n$n; done)", owns=("site",))
    assert "30 files outside" in said
    assert "and 22 more" in said


def test_the_look_reads_no_file(home: LiveHome) -> None:
    blocked = Path(home.root / "docs" / "pipe")
    os.mkfifo(blocked)
    assert ends(home, "worker-1", "true", owns=("site",)) == ""
