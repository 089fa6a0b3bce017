"""Pausing: everything of a subtree stands still, nothing of it ages, and all of it goes on again."""

import subprocess
import sys
from collections import Counter

import pytest

from swarm import platform
from swarm.errors import NotFound, Refused
from swarm.model.health import Health
from tests.support.agents import bystanders
from tests.support.homes import PERIOD, LiveHome, environment_of
from tests.support.wait import wait_for

APPEND = (
    "import sys; from swarm.home.audit import record; from swarm.home.context import Home;"
    "from swarm.model.actor import AuditVerb; record(Home.open(sys.argv[1]), AuditVerb.READ)"
)


def stands_still(home: LiveHome, agent_id: str) -> bool:
    process = home.record(agent_id).process
    found = platform.stat(process.pid) if process is not None else None
    return found is not None and found.state == "T"


def test_a_paused_subtree_stands_still_until_it_is_resumed(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("worker-1", parent="idea-a")
    live_home.spawn("bystander")

    live_home.swarm.pause("idea-a")

    wait_for(lambda: stands_still(live_home, "idea-a") and stands_still(live_home, "idea-a/worker-1"), "both to stop")
    assert not stands_still(live_home, "bystander")
    live_home.swarm.resume("idea-a")
    wait_for(lambda: not stands_still(live_home, "idea-a"), "it to go on")
    wait_for(lambda: not stands_still(live_home, "idea-a/worker-1"), "its child to go on")
    verbs = [(verb, agent) for verb, agent, *_ in live_home.lines() if verb in ("pause", "resume")]
    assert verbs == [
        ("pause", "genesis-01/idea-a"),
        ("pause", "genesis-01/idea-a/worker-1"),
        ("resume", "genesis-01/idea-a/worker-1"),
        ("resume", "genesis-01/idea-a"),
    ]


def test_paused_time_does_not_age_and_nothing_is_killed_by_it(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.clock.advance(PERIOD)
    live_home.swarm.pause("worker-1")
    live_home.clock.advance(86_400)
    assert live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"].state is Health.PAUSED
    live_home.swarm.beat(by="test")
    live_home.swarm.beat(by="test", force=True)
    live_home.swarm.resume("worker-1")

    verdict = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]

    assert live_home.alive("worker-1")
    assert verdict.age is not None
    assert PERIOD <= verdict.age < 1.5 * PERIOD


def test_pausing_twice_and_resuming_twice_change_nothing(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.pause("worker-1")
    since = live_home.record("worker-1").paused
    live_home.swarm.pause("worker-1")
    assert live_home.record("worker-1").paused == since
    live_home.swarm.resume("worker-1")
    total = live_home.record("worker-1").paused_total
    live_home.swarm.resume("worker-1")

    assert live_home.record("worker-1").paused_total == total


def test_a_paused_agent_can_be_killed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.pause("worker-1")

    assert live_home.swarm.kill(["worker-1"]).gone
    assert live_home.record("worker-1").paused is None


def test_freezing_everything_takes_no_spawns_until_it_is_thawed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")

    assert live_home.swarm.freeze_all() == 2
    with pytest.raises(Refused) as caught:
        live_home.spawn("worker-3")
    assert caught.value.code == "paused-branch"
    assert live_home.swarm.thaw_all() == 2
    live_home.spawn("worker-3")


def test_who_does_not_run_cannot_be_paused(live_home: LiveHome) -> None:
    spawned = live_home.spawn("worker-1")
    with pytest.raises(NotFound):
        live_home.swarm.pause("worker-1", spawn_id="another")
    live_home.swarm.kill(["worker-1"])
    with pytest.raises(NotFound):
        live_home.swarm.pause("worker-1", spawn_id=spawned.spawn_id)


def test_an_agent_pauses_only_its_children(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("worker-1")
    idea = live_home.open(live_home.actor("idea-a"))

    with pytest.raises(Refused):
        idea.pause("genesis-01/worker-1")
    with pytest.raises(Refused):
        idea.freeze_all()


def test_agents_that_are_paused_while_they_report_hold_no_lock(live_home: LiveHome) -> None:
    code = (
        "import os; from swarm.home.actor import who; from swarm.protocol.paths import Layout\n"
        "from pathlib import Path\n"
        "from swarm.verbs.report import progress\n"
        "layout = Layout(Path(os.environ['SWARM_HOME'])); me = who(os.environ, layout)\n"
        "while True: progress(layout, me, 'at work')"
    )
    live_home.spawn("worker-1", *live_home.python(code))
    wait_for(lambda: len(live_home.lines("progress")) > 5, "it to report")

    for _ in range(5):
        live_home.swarm.pause("worker-1")
        said = subprocess.run(
            [sys.executable, "-c", APPEND, str(live_home.root)],
            env=environment_of(live_home.actor("worker-1"), live_home.root),
            timeout=20,
            check=False,
        )
        assert said.returncode == 0
        live_home.swarm.resume("worker-1")


def test_a_stranger_is_looked_at_twice_however_many_agents_are_paused_or_resumed(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=4)
    for number in range(3):
        live_home.spawn(f"worker-{number}", parent="idea-a")
    looked: Counter[int] = Counter()
    environ = platform.environ

    def counted(pid: int) -> dict[str, str] | None:
        looked[pid] += 1
        return environ(pid)

    monkeypatch.setattr(platform, "environ", counted)
    with bystanders(1) as (stranger,):
        live_home.swarm.pause("idea-a")
        paused = looked[stranger.pid]
        live_home.swarm.resume("idea-a")

        assert (paused, looked[stranger.pid] - paused) == (2, 2)
