"""Acceptance checks run beside the heartbeats: asked for, taken by few processes, answered, looked at again."""

import json
import os
from pathlib import Path

import pytest

from swarm.heartbeat.check_runner import run
from swarm.heartbeat.checks import DIED, take, waiting
from swarm.model.agent import Acceptance, Identity
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.requests import Level
from swarm.model.values import replace
from swarm.processes.identity import identify
from tests.support.homes import LiveHome
from tests.support.strays import strays_of
from tests.support.wait import wait_for

MARKER = "check-test"
WATCHED = '\n[acceptance]\ntimeout = "20s"\nat_once = 1\nevery_heartbeat = true\n'


def settings(home: LiveHome, text: str) -> None:
    """The rules of the test, with these for its checks."""
    home.rules()
    rules = (home.root / "swarm.toml").read_text()
    (home.root / "swarm.toml").write_text(rules[: rules.index("[acceptance]")] + text)
    home.swarm = home.open()


def done(home: LiveHome, name: str, *checks: tuple[str, str]) -> None:
    """An agent that has ended as done, with these outcomes and their checks."""
    home.spawn(name, "true", accept=tuple(Acceptance(text, check) for text, check in checks))
    home.write_results(name)
    home.wait_until_ended(name)


def causes(home: LiveHome) -> list[str]:
    return [alert.cause for alert in home.state.alerts]


@pytest.fixture
def no_runners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats start none: the test runs the checks itself."""
    monkeypatch.setattr("swarm.heartbeat.execute.start_runners", lambda home: None)


def test_failure_9_a_slow_check_delays_no_heartbeat_and_the_next_one_counts_it(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarm.processes.strays.YOUNG_S", 0.0)
    slow = "while [ ! -e go ]; do sleep 0.05; done; echo looked"
    checks = ("it is there", slow), ("the page is there", "test -e site/index.html || { echo no page; exit 3; }")
    done(live_home, "w", *checks)

    asked = live_home.swarm.beat(by="test")

    assert asked.acceptance == {"passed": 0, "failed": 0}
    assert ("check", live_home.id("w")) in [(each.action, each.agent) for each in asked.actions]
    assert live_home.record("w").checked_n is None
    wait_for(lambda: live_home.record("w").checks.runner is not None, "a process that runs its checks")
    assert not [each for each in live_home.swarm.doctor() if each.topic == "processes" and each.level is not Level.OK]
    # The shell that runs a check is no stray, and neither is who started it: they take no slot, and no one ends them.
    assert strays_of(live_home) == {}
    (live_home.root / "go").touch()
    wait_for(lambda: live_home.record("w").checked_n == 1, "its checks")
    record = live_home.record("w")
    assert record.acceptance == (("it is there", True), ("the page is there", False))
    assert record.checks.said[1] == "exit code 3: no page"
    assert "no page" in (live_home.agent("w").log / "check-2").read_text()
    assert "acceptance" in causes(live_home)
    wait_for(
        lambda: live_home.lines("check") == [("check", live_home.id("w"), True, "")] * 2, "the lines of its checks"
    )
    snapshot = live_home.swarm.snapshot()
    assert live_home.swarm.verdicts(snapshot)[live_home.id("w")].state is Health.DISPUTED
    counted = live_home.swarm.beat(by="test", force=True)
    assert (counted.acceptance, counted.passed) == ({"passed": 1, "failed": 1}, False)
    assert live_home.swarm.beat(by="test", force=True).acceptance == {"passed": 0, "failed": 0}


@pytest.mark.usefixtures("no_runners")
def test_a_check_that_hangs_is_ended_with_everything_it_started(live_home: LiveHome) -> None:
    settings(live_home, '[acceptance]\ntimeout = "0.3s"\n')
    done(live_home, "w", ("it answers", "sleep 299 & setsid sleep 298 & echo $! > pids; sleep 297"))
    live_home.swarm.beat(by="test")

    assert run(live_home.home, MARKER) == 1

    assert live_home.record("w").checks.said[0].startswith("no answer within 0.3 s")
    wait_for(lambda: identify(int((live_home.root / "pids").read_text())) is None, "the escaped child of the check")


@pytest.mark.usefixtures("no_runners")
def test_failure_9_an_outcome_that_was_there_and_is_gone_is_a_regression(live_home: LiveHome) -> None:
    settings(live_home, WATCHED)
    page = live_home.root / "page"
    page.touch()
    done(live_home, "w", ("the page is there", "test -e page"))

    def beaten() -> Health:
        live_home.swarm.beat(by="test", force=True)
        run(live_home.home, MARKER)
        return live_home.swarm.verdicts(live_home.swarm.snapshot())[live_home.id("w")].state

    assert [beaten(), beaten()] == [Health.DONE, Health.DONE]
    live_home.swarm.accept("w")
    page.unlink()
    assert beaten() is Health.DISPUTED
    assert causes(live_home) == [AlertCause.REGRESSION]
    assert [run.failed for run in live_home.record("w").checks.runs] == [(), (), (0,)]
    live_home.swarm.accept("w", why="it moved")
    assert (beaten(), causes(live_home)) == (Health.DONE, [])
    page.touch()
    assert beaten() is Health.DONE
    live_home.swarm.reject("w", why="not that page")
    beaten()
    assert len(live_home.record("w").checks.runs) == 5


@pytest.mark.usefixtures("no_runners")
def test_few_run_at_once_and_what_a_dead_runner_left_is_taken_up(live_home: LiveHome, tmp_path: Path) -> None:
    settings(live_home, WATCHED)
    for name in ("one", "two"):
        done(live_home, name, ("it is there", "true"))
    live_home.swarm.beat(by="test")
    free, places = waiting(live_home.home, live_home.state)
    assert ([each.id for each in free], places) == ([live_home.id("one"), live_home.id("two")], 1)

    taken = take(live_home.home, "")
    assert taken is not None
    assert take(live_home.home, "") is None

    dead = Identity("another-boot", 1, os.getpid(), 1, MARKER)
    checks = replace(taken.checks, runner=dead)
    live_home.home.ledger.update(taken.ref, lambda record, _: replace(record, checks=checks), purpose="test")
    assert run(live_home.home, MARKER) == 2
    assert [alert.text for alert in live_home.state.alerts] == [DIED]
    assert live_home.state.outcomes == (2, 0)


@pytest.mark.usefixtures("no_runners")
def test_disputed_results_are_rejected_by_the_heartbeat_after_the_alert_where_the_policy_says_so(
    live_home: LiveHome,
) -> None:
    settings(live_home, '[acceptance]\nthen = "reject"\n')
    for name in ("hollow", "seen"):
        live_home.spawn(name, "true")
        live_home.write_results(name, '{"summary": "done", "outputs": ["report.md"]}')
        live_home.wait_until_ended(name)
    live_home.swarm.beat(by="test")
    assert live_home.record("hollow").review is None
    live_home.swarm.acknowledge([each for each in live_home.state.alerts if each.agent == live_home.id("seen")])

    rejected = live_home.swarm.beat(by="test", force=True)

    review = live_home.record("hollow").review
    assert review is not None
    assert (review.is_rejection, review.by) == (True, "engine")
    assert "report.md" in review.word
    assert [each.agent for each in rejected.actions if each.action == "reject"] == [live_home.id("hollow")]
    assert live_home.record("seen").review is None


@pytest.mark.parametrize("forged", [[], [{"text": "it is there", "check": "true"}]])
@pytest.mark.usefixtures("no_runners")
def test_failure_9_an_agent_that_rewrites_its_own_check_has_not_passed_it(
    live_home: LiveHome, forged: list[dict[str, str]]
) -> None:
    done(live_home, "w", ("it is there", "false"))
    path = live_home.agent("w").spec
    path.write_text(json.dumps({**json.loads(path.read_text()), "acceptance": forged}))
    live_home.swarm.beat(by="test")

    assert run(live_home.home, MARKER) == 1

    assert live_home.record("w").acceptance == (("its checks are those of its spawn", False),)
    assert live_home.record("w").checks.said == ("agent.json was changed since",)
