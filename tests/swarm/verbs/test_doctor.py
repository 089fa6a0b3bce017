"""The doctor: says what is wrong, changes nothing, and rebuilds what was lost."""

import subprocess

import pytest

from swarm.errors import Refused
from swarm.model.record import Phase
from swarm.model.requests import Finding
from swarm.model.snapshot import Access
from swarm.processes.identity import look
from tests.support.homes import LiveHome, environment_of, stop_pids
from tests.support.wait import wait_for


def levels(findings: list[Finding], topic: str) -> set[str]:
    return {finding.level for finding in findings if finding.topic == topic}


def test_a_good_home_has_nothing_worse_than_its_machine(live_home: LiveHome) -> None:
    findings = live_home.swarm.doctor()

    for topic in ("home", "files", "policy", "ledger", "roles", "programs", "processes"):
        assert levels(findings, topic) == {"ok"}, topic
    assert any(finding.topic == "clock" for finding in findings)
    assert any(finding.topic == "limits" for finding in findings)


def test_what_is_broken_is_named_with_what_to_do(live_home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> None:
    (live_home.layout.role("scout")).write_text("no front matter")
    live_home.layout.lock.unlink()
    live_home.rules(more='\n[programs.other]\nkind = "command"\nargv = ["no-such-program-anywhere"]\n')

    monkeypatch.setattr("swarm.probes.changes.MAX_ENTRIES", 3)
    findings = live_home.open().doctor()

    assert "error" in levels(findings, "roles")
    assert "warning" in levels(findings, "files")
    assert "error" in levels(findings, "programs")
    assert [finding.hint for finding in findings if finding.topic == "lock"] == [
        "Make it again with: swarm-tui doctor --rebuild"
    ]


def test_stray_processes_of_this_home_are_found_and_those_of_its_agents_are_not(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    stranger = live_home.actor("worker-1")._replace(spawn_id="of-nobody")
    stray = subprocess.Popen(["sleep", "300"], env=environment_of(stranger, live_home.root))
    try:
        texts = [finding.text for finding in live_home.swarm.doctor() if finding.topic == "processes"]
        assert len(texts) == 1
        assert f"pid {stray.pid}" in texts[0]
    finally:
        stop_pids([stray.pid])
        stray.wait()


def test_a_lost_ledger_is_rebuilt_around_what_runs(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2", "true")
    live_home.wait_until_ended("worker-2")
    before = live_home.record("worker-1")
    live_home.layout.state.unlink()
    for revision in live_home.layout.revs.iterdir():
        revision.unlink()
    live_home.layout.lock.unlink()
    swarm = live_home.open()
    assert swarm.home.access()[0] is not Access.WRITABLE

    findings = swarm.rebuild()

    assert findings[0].level == "ok"
    record = swarm.home.ledger.read().agents["genesis-01/worker-1"]
    assert (record.phase, record.spawn_id, record.process) == (Phase.RUNNING, before.spawn_id, before.process)
    assert swarm.home.ledger.read().agents["genesis-01/worker-2"].phase is Phase.ENDED
    assert swarm.kill(["worker-1"]).gone
    swarm.spawn(live_home.request("worker-3"))


def test_agents_do_not_rebuild_the_ledger(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    with pytest.raises(Refused):
        live_home.open(live_home.actor("worker-1")).rebuild()
    assert live_home.lines("rebuild") == [("rebuild", "", False, "hierarchy")]


def test_a_keeper_that_was_killed_leaves_an_agent_that_can_still_be_ended(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    record = live_home.record("worker-1")
    assert record.keeper is not None
    stop_pids([record.keeper.pid])
    keeper = record.keeper
    wait_for(lambda: look(keeper) != "alive", "the keeper to go")
    assert live_home.alive("worker-1")
    assert live_home.swarm.settle() == ()

    report = live_home.swarm.kill(["worker-1"])

    assert not live_home.alive("worker-1")
    assert report.agents[0].unverified
