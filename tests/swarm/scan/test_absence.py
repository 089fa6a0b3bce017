"""Absence is not silence: what is gone, replaced or out of sight is unknown, with the reason and its last words."""

import os
import shutil
from pathlib import Path

import pytest

from swarm.home.context import Home
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase, Record
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.rules.plan import plan
from swarm.rules.verdicts import verdicts
from swarm.scan.scanner import Scanner
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, scanner_of, view_in

LONG = 30 * 24 * 3600.0


@pytest.fixture
def home(home_dir: Path, clock: FakeClock) -> Home:
    """A made home whose clock the test moves."""
    return Home.open(Layout(home_dir), clock=clock)


@pytest.fixture
def managed(home: Home) -> Grove:
    """The tree of that home."""
    return Grove(home.layout.root, foreign=False)


def living(spawn_id: str = "s-1", agent_id: str = "a-1") -> Record:
    return replace(record_of(agent_id, spawn_id), phase=Phase.RUNNING)


def judged(scanner: Scanner, home: Home, agent_id: str = "a-1") -> tuple[AgentView, Verdict]:
    snapshot = scanner.full()
    return view_in(snapshot, agent_id), verdicts(snapshot, home.policy, home.now())[view_in(snapshot, agent_id).id]


@pytest.fixture
def at_work(home: Home, managed: Grove) -> Scanner:
    """A scanner that has seen a-1 write a line."""
    managed.managed("a-1", "s-1", progress="2026-02-28 09:33 - Reading the pages.\n")
    enter(home, living())
    scanner = scanner_of(home.layout, home.clock)
    scanner.full()
    return scanner


def test_a_directory_that_is_removed_is_unknown_with_its_last_words_and_no_heartbeat_ends_it(
    home: Home, managed: Grove, at_work: Scanner, clock: FakeClock
) -> None:
    shutil.rmtree(managed.agents / "a-1")
    clock.advance(LONG)
    view, verdict = judged(at_work, home)
    assert verdict.state is Health.UNKNOWN
    assert "its directory is not there: removed, or moved away; it last wrote at" in verdict.why
    assert [line.sentence for line in view.progress.lines] == ["Reading the pages."]
    assert {problem.code for problem in view.problems} == {ProblemCode.DIRECTORY_MISSING}
    planned = plan(at_work.full(), home.policy, home.now())
    assert [(action.kind.value, action.cause) for action in planned.actions if action.agent == "a-1"] == [
        ("alert", AlertCause.DIRECTORY_MISSING)
    ]


def test_a_directory_that_is_renamed_is_named_and_is_no_second_agent_in_the_budget(
    home: Home, managed: Grove, clock: FakeClock
) -> None:
    managed.managed("a-0", "s-0")
    managed.managed("a-0/a-1", "s-1", progress="2026-02-28 09:33 - Reading.\n")
    enter(home, living("s-0", "a-0"), replace(living("s-1", "a-0/a-1"), parent="a-0"))
    scanner = scanner_of(home.layout, clock)
    assert scanner.full().slots.used == 2
    (managed.agents / "a-0" / "a-1").rename(managed.agents / "a-0" / "a-1-old")
    view, verdict = judged(scanner, home, "a-0/a-1")
    assert verdict.state is Health.UNKNOWN
    assert "'a-0/a-1-old'" in view.absent
    snapshot = scanner.full()
    assert not view_in(snapshot, "a-0/a-1-old").ghost
    assert snapshot.slots.used == 2


def test_a_directory_that_is_replaced_speaks_for_nobody(home: Home, managed: Grove, at_work: Scanner) -> None:
    (managed.agents / "a-1").rename(home.layout.root / "elsewhere")
    managed.agent("a-1", progress="2026-01-01 00:00 - somebody else\n", results={"status": "success", "summary": "x"})
    view, verdict = judged(at_work, home)
    assert verdict.state is Health.UNKNOWN
    assert "another directory lies in the place of its own" in verdict.why
    assert [line.sentence for line in view.progress.lines] == ["Reading the pages."]
    assert {problem.code for problem in view.problems} == {ProblemCode.SPEC_INVALID}


def test_a_progress_md_that_is_deleted_is_unknown_and_one_that_comes_back_is_read_again(
    home: Home, managed: Grove, at_work: Scanner, clock: FakeClock
) -> None:
    progress = managed.agents / "a-1" / "progress.md"
    progress.unlink()
    clock.advance(LONG)
    view, verdict = judged(at_work, home)
    assert (verdict.state, view.absent) == (Health.UNKNOWN, "its progress.md was there, and is gone")
    assert [line.sentence for line in view.progress.lines] == ["Reading the pages."]
    progress.write_text("2026-03-30 09:33 - Back again.\n")
    view, verdict = judged(at_work, home)
    assert view.absent == ""
    assert verdict.state is not Health.UNKNOWN
    assert [line.sentence for line in view.progress.lines] == ["Back again."]


def test_a_deletion_is_known_to_who_looks_for_the_first_time_where_the_ledger_saw_the_file(
    home: Home, managed: Grove, at_work: Scanner
) -> None:
    seen = view_in(at_work.full(), "a-1").observed
    enter(home, replace(living(), observed=seen))
    (managed.agents / "a-1" / "progress.md").unlink()
    _, verdict = judged(scanner_of(home.layout, home.clock), home)
    assert verdict.state is Health.UNKNOWN


def test_an_agent_that_never_wrote_is_silent_and_not_absent(home: Home, managed: Grove, clock: FakeClock) -> None:
    managed.managed("a-1", "s-1")
    enter(home, living())
    scanner = scanner_of(home.layout, clock)
    scanner.full()
    clock.advance(LONG)
    view, verdict = judged(scanner, home)
    assert (view.absent, verdict.state) == ("", Health.OVERDUE)


def test_agents_of_a_tree_that_is_out_of_sight_are_all_unknown(home: Home, managed: Grove, at_work: Scanner) -> None:
    os.rename(managed.agents, home.layout.root / "unmounted")
    for scanner in (at_work, scanner_of(home.layout, home.clock)):
        view, verdict = judged(scanner, home)
        assert verdict.state is Health.UNKNOWN
        assert "out of sight" in view.absent
    os.rename(home.layout.root / "unmounted", managed.agents)
    view, _ = judged(at_work, home)
    assert view.absent == ""


def test_a_start_whose_directory_is_not_made_yet_is_no_absence(home: Home) -> None:
    enter(home, replace(living(), phase=Phase.SPAWNING))
    snapshot = scanner_of(home.layout, home.clock).full()
    assert view_in(snapshot, "a-1").absent == ""
