"""What is over leaves ledger and tree, keeps its files and can be put back; what is needed stays, and says why."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from swarm.api import Swarm
from swarm.errors import NotFound, Refused
from swarm.ledger.ledger import Change, Ledger
from swarm.ledger.state import State
from swarm.model.record import Phase
from swarm.store import moves, syscalls
from tests.support import crash
from tests.support.homes import LiveHome
from tests.support.repositories import Repo


def finish(home: LiveHome, name: str, *, read: bool = True) -> None:
    home.spawn(name, "true")
    home.write_results(name)
    home.wait_until_ended(name)
    home.swarm.settle()
    if read:
        home.swarm.read(name)


def in_tree(home: LiveHome) -> set[str]:
    return {view.id.removeprefix("genesis-01/") for view in home.open().snapshot().agents}


def in_archive(home: LiveHome) -> list[str]:
    return [row.id.removeprefix("genesis-01/") for row in home.swarm.archived()]


def test_what_is_over_and_read_leaves_ledger_and_tree_and_keeps_its_files(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.spawn("busy")

    report = live_home.swarm.archive()

    assert [row.id for row in report.archived] == ["genesis-01/w"]
    assert report.kept == ()
    assert in_tree(live_home) == {"genesis-01", "busy"}
    assert set(live_home.state.agents) == {"genesis-01/busy"}
    (row,) = live_home.swarm.archived()
    assert (row.id, row.ending) == ("genesis-01/w", "done")
    assert "it is there" in (Path(row.path) / "results.json").read_text()
    assert live_home.lines("archive") == [("archive", "genesis-01/w", True, "")]


def test_a_ledger_that_is_rebuilt_does_not_bring_it_back(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.swarm.archive(["w"])
    live_home.open().rebuild()
    assert set(live_home.state.agents) <= {"genesis-01"}
    assert in_tree(live_home) == {"genesis-01"}


def test_its_name_can_be_used_again_and_both_are_kept(live_home: LiveHome) -> None:
    for _ in range(2):
        finish(live_home, "w")
        live_home.swarm.archive(["w"])
    assert in_archive(live_home) == ["w", "w"]
    live_home.spawn("w")
    assert live_home.alive("w")


def test_what_it_used_up_still_counts(live_home: LiveHome) -> None:
    finish(live_home, "w")
    used = live_home.record("w")
    live_home.swarm.archive(["w"])
    account = live_home.state.account
    assert (account.tokens, account.cost_usd) == (sum(used.tokens or ()), used.cost_usd or 0.0)


def test_who_is_not_over_or_not_read_stays_and_a_named_one_says_why(live_home: LiveHome) -> None:
    finish(live_home, "unread", read=False)
    live_home.spawn("busy")
    live_home.spawn("broken", "false")
    live_home.wait_until_ended("broken")

    report = live_home.swarm.archive()

    assert report.archived == ()
    assert dict(report.kept) == {
        "genesis-01/broken": "genesis-01/broken ended as failed, which is not acknowledged",
        "genesis-01/unread": "genesis-01/unread has results that are not read",
    }
    for name in ("unread", "busy", "broken", "genesis-01"):
        with pytest.raises(Refused) as caught:
            live_home.swarm.archive([name])
        assert caught.value.code == "exists"
    assert "genesis-01/unread" in live_home.state.agents
    live_home.swarm.acknowledge(live_home.state.alerts)
    assert [row.id for row in live_home.swarm.archive().archived] == ["genesis-01/broken"]
    assert live_home.state.alerts == ()


def test_one_refusal_puts_none_of_the_named_away(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.spawn("busy")
    with pytest.raises(Refused):
        live_home.swarm.archive(["w", "busy"])
    assert "w" in in_tree(live_home)


def test_all_below_goes_along_and_one_that_may_not_keeps_those_above_it(live_home: LiveHome) -> None:
    live_home.spawn("idea", slots=3)
    live_home.spawn("one", parent="genesis-01/idea")
    live_home.spawn("two", parent="genesis-01/idea")
    live_home.swarm.kill(["idea/one"])
    with pytest.raises(Refused, match="genesis-01/idea has not ended"):
        live_home.swarm.archive(["idea"])
    live_home.write_results("idea/two")
    live_home.swarm.kill(["idea"])
    with pytest.raises(Refused, match="idea/two has results that are not read"):
        live_home.swarm.archive(["idea"])
    live_home.swarm.read("two")

    assert [row.id for row in live_home.swarm.archive(["idea"]).archived] == ["genesis-01/idea"]

    assert in_tree(live_home) == {"genesis-01"}
    assert live_home.state.agents == {}
    assert live_home.swarm.restore("idea") == "genesis-01/idea"
    assert in_tree(live_home) == {"genesis-01", "idea", "idea/one", "idea/two"}


def test_an_earlier_run_stays_while_the_agent_goes_on_from_it_and_goes_with_it_later(live_home: LiveHome) -> None:
    live_home.spawn("w")
    live_home.swarm.kill(["w"])
    live_home.swarm.respawn("w")
    with pytest.raises(Refused, match="an earlier run of genesis-01/w"):
        live_home.swarm.archive(["w.1"])
    assert live_home.swarm.archive().archived == ()
    live_home.swarm.kill(["w"])

    live_home.swarm.archive(["w"])

    assert in_tree(live_home) == {"genesis-01"}
    assert len(live_home.swarm.archived()) == 2


def test_what_a_running_agent_was_given_to_read_stays(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.spawn("reader", inputs=("swarm/agents/genesis-01/w/results.json",))
    with pytest.raises(Refused, match="an input of genesis-01/reader"):
        live_home.swarm.archive(["w"])


def test_an_agent_whose_worktree_is_left_stays(live_home: LiveHome, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "project")
    live_home.spawn("w", worktree=f"{repo.path}@main")
    live_home.swarm.kill(["w"])
    with pytest.raises(Refused, match="a worktree that is left"):
        live_home.swarm.archive(["w"])
    live_home.swarm.remove_worktree("w")
    assert live_home.swarm.archive(["w"]).archived


def test_an_agent_whose_branch_is_left_stays_also_for_heartbeats(live_home: LiveHome, tmp_path: Path) -> None:
    live_home.rules(more='[archive]\nafter = "1h"\n')
    live_home.swarm = live_home.open()
    repo = Repo(tmp_path / "project")
    work = "echo 1 > work.py; git add -A; git commit -qm work"
    live_home.spawn("w", "sh", "-c", work, worktree=f"{repo.path}@main")
    live_home.wait_until_ended("w")
    live_home.swarm.settle()
    live_home.swarm.acknowledge(live_home.state.alerts)
    assert live_home.swarm.remove_worktree("w") == "swarm/w"
    with pytest.raises(Refused, match="a branch that is left"):
        live_home.swarm.archive(["w"])
    live_home.clock.advance(7200)
    live_home.swarm.beat(by="test")
    assert "w" in in_tree(live_home)
    repo.git("branch", "-D", "swarm/w")
    live_home.clock.advance(900)
    live_home.swarm.beat(by="test")
    assert in_archive(live_home) == ["w"]


def test_it_comes_back_under_its_name_and_can_be_respawned(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.swarm.archive(["w"])
    with pytest.raises(NotFound, match="archive --list"):
        live_home.swarm.read("w")

    assert live_home.swarm.restore("w") == "genesis-01/w"

    assert in_archive(live_home) == []
    assert live_home.open().read("w").first is False
    live_home.swarm.respawn("w")
    assert live_home.record("w").phase is Phase.RUNNING


def test_it_comes_back_as_an_earlier_run_where_its_name_is_used_again(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.swarm.archive(["w"])
    live_home.spawn("w")
    assert live_home.swarm.restore("genesis-01/w") == "genesis-01/w.1"
    assert in_tree(live_home) == {"genesis-01", "w", "w.1"}
    assert live_home.alive("w")


def test_one_whose_parent_is_put_away_waits_for_it(live_home: LiveHome) -> None:
    live_home.spawn("idea", slots=2)
    live_home.spawn("one", parent="genesis-01/idea")
    live_home.swarm.kill(["idea"])
    live_home.swarm.archive(["idea/one"])
    live_home.swarm.archive(["idea"])
    with pytest.raises(Refused) as caught:
        live_home.swarm.restore("one")
    assert "--restore genesis-01/idea" in caught.value.hint
    assert sorted(in_archive(live_home)) == ["idea", "idea/one"]


def test_what_is_not_there_is_said(live_home: LiveHome) -> None:
    with pytest.raises(NotFound):
        live_home.swarm.restore("w")
    with pytest.raises(NotFound):
        live_home.swarm.archive(["w"])


def test_an_agent_puts_away_what_is_directly_below_it_and_no_more(live_home: LiveHome) -> None:
    live_home.spawn("idea", slots=2)
    live_home.spawn("one", parent="genesis-01/idea")
    live_home.spawn("other")
    live_home.swarm.kill(["idea/one", "other"])
    idea = live_home.open(live_home.actor("idea"))
    with pytest.raises(Refused) as caught:
        idea.archive(["genesis-01/other"])
    assert caught.value.code == "hierarchy"
    assert [row.id for row in idea.archive().archived] == ["genesis-01/idea/one"]
    assert "other" in in_tree(live_home)


def test_one_that_was_spawned_anew_is_not_meant(live_home: LiveHome) -> None:
    spawned = live_home.spawn("w")
    live_home.swarm.kill(["w"])
    live_home.swarm.respawn("w")
    live_home.swarm.kill(["w"])
    with pytest.raises(NotFound, match="spawned anew"):
        live_home.swarm.archive(["genesis-01/w"], spawn_ids={"genesis-01/w": spawned.spawn_id})


def test_one_that_comes_back_between_look_and_act_is_left_alone(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("w")
    live_home.swarm.kill(["w"])
    commit = Ledger.commit
    respawned = False

    def after_a_respawn(ledger: Ledger, change: Change, *, purpose: str, **more: Any) -> State:
        nonlocal respawned
        if not respawned and purpose.startswith("archive"):
            respawned = True
            live_home.open().respawn("w")
        return commit(ledger, change, purpose=purpose, **more)

    monkeypatch.setattr(Ledger, "commit", after_a_respawn)
    with pytest.raises(Refused, match="has come back"):
        live_home.swarm.archive(["w"])
    assert live_home.alive("w")
    assert in_archive(live_home) == []


def test_a_directory_that_another_spawn_has_by_now_goes_back(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("w")
    live_home.swarm.kill(["w"])
    move = moves.move_directory
    respawned = False

    def after_a_respawn(source: Path, target: Path) -> None:
        nonlocal respawned
        if not respawned:
            respawned = True
            live_home.open().respawn("w")
        move(source, target)

    monkeypatch.setattr(moves, "move_directory", after_a_respawn)
    with pytest.raises(Refused, match="spawned anew"):
        live_home.swarm.archive(["w"])
    assert live_home.alive("w")
    assert live_home.agent("w").spec.exists()
    assert in_archive(live_home) == []


@pytest.mark.parametrize("call", ["mkdir", "move", "sync"])
def test_one_that_fails_on_its_way_loses_nothing_and_the_next_one_works(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    finish(live_home, "w")
    real = getattr(syscalls, call)

    def failing(*given: object) -> object:
        if call != "sync" or len(os.listdir(live_home.layout.archive)) > 0:
            raise OSError(28, "No space left on device")
        return real(*given)

    live_home.layout.archive.mkdir()
    with monkeypatch.context() as broken:
        broken.setattr(syscalls, call, failing)
        with pytest.raises(Exception, match="full"):
            live_home.swarm.archive(["w"])
    assert ("w" in in_tree(live_home)) != (in_archive(live_home) == ["w"])
    if "w" in in_tree(live_home):
        live_home.open().archive(["w"])
    assert in_archive(live_home) == ["w"]
    assert in_tree(live_home) == {"genesis-01"}


def test_one_whose_directory_is_gone_leaves_the_ledger(live_home: LiveHome) -> None:
    live_home.spawn("w")
    live_home.swarm.kill(["w"])
    os.rename(live_home.agent("w").path, live_home.root / "elsewhere")
    report = live_home.swarm.archive(["w"])
    assert [(row.id, row.path) for row in report.archived] == [("genesis-01/w", "")]
    assert live_home.state.agents == {}


def test_a_heartbeat_puts_away_what_is_over_for_long_enough_and_says_so(live_home: LiveHome) -> None:
    live_home.rules(more='[archive]\nafter = "2h"\n')
    live_home.swarm = live_home.open()
    finish(live_home, "w")
    finish(live_home, "unread", read=False)
    assert [each.action for each in live_home.swarm.beat(by="test").actions if each.agent == "genesis-01/w"] == []
    live_home.clock.advance(7201)

    beat = live_home.swarm.beat(by="test")

    archived = [each for each in beat.actions if each.action == "archive"]
    assert [(each.agent, each.reason) for each in archived] == [("genesis-01/w", "over and read for long enough")]
    assert in_archive(live_home) == ["w"]
    assert "unread" in in_tree(live_home)
    live_home.swarm.restore("w")
    live_home.clock.advance(900)
    live_home.swarm.beat(by="test")
    assert "w" in in_tree(live_home)


def test_without_a_time_no_heartbeat_puts_anything_away(live_home: LiveHome) -> None:
    finish(live_home, "w")
    live_home.clock.advance(10 * 86_400)
    live_home.swarm.beat(by="test")
    assert "w" in in_tree(live_home)


def _archive(root: Path, name: str) -> None:
    Swarm.open(root).archive([name])


def _restore(root: Path, name: str) -> None:
    Swarm.open(root).restore(name)


@pytest.mark.parametrize("verb", [_archive, _restore])
def test_one_that_is_killed_on_its_way_leaves_the_agent_in_one_place_and_the_next_one_works(
    live_home: LiveHome, verb: Callable[[Path, str], None]
) -> None:
    away_at_the_end = verb is _archive

    def begin(name: str) -> None:
        finish(live_home, name)
        if not away_at_the_end:
            live_home.swarm.archive([name])

    for name in ("first", "second"):  # the first one finds no archive yet
        begin(name)
        names = crash.operations(partial(verb, live_home.root, name))
    decisive = [at for at, made in enumerate(names) if made in ("rename", "mkdir", "move", "open_append")]
    assert "move" in names
    for at in decisive:
        name = f"w-{at}"
        begin(name)
        assert crash.kill_at(at, "after", verb, live_home.root, name), names
        assert (name in in_tree(live_home)) != (name in in_archive(live_home)), names[at]
        if (name in in_archive(live_home)) != away_at_the_end:
            verb(live_home.root, name)
        assert (name in in_archive(live_home)) is away_at_the_end
        assert (name in in_tree(live_home)) is not away_at_the_end
    assert not [each for each in in_tree(live_home) if each.endswith(".1")]
