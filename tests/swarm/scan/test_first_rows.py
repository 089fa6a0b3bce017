"""The first look at a large swarm shows its top at once, says that it is not all, and leaves nothing wrong behind."""

from pathlib import Path

import pytest

from swarm.home.context import Home
from swarm.protocol.paths import Layout
from swarm.scan.first_rows import FIRST
from swarm.scan.scanner import Scanner
from swarm.tracking import files, tree
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of

ROOT = "genesis-01"
METAS, WORKERS = 20, 9


@pytest.fixture
def home(home_dir: Path, clock: FakeClock) -> Home:
    return Home.open(Layout(home_dir), clock=clock)


@pytest.fixture
def large(home: Home) -> Home:
    """A home of more agents than a screen has rows, all in the ledger, and a directory that only seems to be one."""
    grove = Grove(home.layout.root, foreign=False)
    ids = [
        f"{ROOT}/m{meta:02d}{f'/w{worker}' if worker else ''}" for meta in range(METAS) for worker in range(WORKERS + 1)
    ]
    for agent in ids:
        grove.managed(agent, progress="2026-02-28 09:33 - Working.\n")
    grove.managed(f"{ROOT}/m00/a-ghost")
    enter(home, *(record_of(agent) for agent in ids))
    return home


def test_the_first_look_at_a_small_swarm_is_whole(home: Home) -> None:
    scanner = Scanner(home)
    seen = scanner.first_look()
    assert not seen.pulse.looking
    assert seen == scanner.last


def test_of_a_large_swarm_no_more_is_listed_than_a_screen_shows_and_no_process_is_asked_about(
    large: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    known = files.list_directory

    def counted(path: str) -> object:
        listed.append(path)
        return known(path)

    monkeypatch.setattr(tree, "list_directory", counted)
    monkeypatch.setattr(type(large.runner), "life", lambda *_: pytest.fail("a process was asked about"))
    scanner = Scanner(large)
    seen = scanner.first_look()
    assert len(listed) == FIRST
    assert seen.pulse.looking
    assert seen.generation == 0
    assert scanner.last is None, "what is not whole is at nobody's hand, least of all a heartbeat's"
    assert FIRST - 3 <= len(seen.agents) < FIRST
    assert all(view.liveness is None for view in seen.agents)


def test_its_rows_are_the_first_of_the_whole_and_none_is_called_a_ghost(large: Home) -> None:
    scanner = Scanner(large)
    first, whole = scanner.first_look(), scanner.paced()
    ghosts = [view.id for view in whole.agents if view.ghost]
    assert ghosts == [f"{ROOT}/m00/a-ghost"]
    managed = [view.id for view in whole.agents if not view.ghost]
    assert [view.id for view in first.agents] == managed[: len(first.agents)]
    assert all(view.progress.last is not None for view in first.agents)


def test_the_look_after_it_sees_what_one_sees_that_looks_at_everything_at_once(large: Home) -> None:
    scanner = Scanner(large)
    scanner.first_look()
    whole, fresh = scanner.paced(), Scanner(large).full()
    assert not whole.pulse.looking
    assert whole.generation == 1
    assert len(whole.agents) == METAS * (WORKERS + 1) + 1
    assert [view.id for view in whole.agents] == [view.id for view in fresh.agents]
    assert [view.problems for view in whole.agents] == [view.problems for view in fresh.agents]
    assert whole.slots == fresh.slots
    assert scanner.first_look().pulse.looking is False, "what was looked at is known"
