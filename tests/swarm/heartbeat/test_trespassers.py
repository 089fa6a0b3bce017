"""Field report, failure 10, on real processes: what the policy says of who writes what another owns is done."""

import pytest

from swarm.heartbeat import monitor
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase
from swarm.probes import write_watch
from swarm.scan.scanner import Scanner
from tests.support.homes import LiveHome
from tests.support.wait import wait_for


def found(home: LiveHome, then: str, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    """A scanner that has just found out that `fixer` writes what `owner` owns, while `beside` sleeps."""
    monkeypatch.setattr(write_watch, "EVERY_S", 0.05)
    monkeypatch.setattr(write_watch, "SHARE", 1.0)
    monkeypatch.setattr(write_watch, "CLOSE_SHARE", 1.0)
    home.rules(more=f'\n[scope]\nthen = "{then}"\n' if then else "")
    home.swarm = home.open()
    page = home.root / "docs" / "page.md"
    page.parent.mkdir()
    home.spawn("owner", owns=("docs",))
    home.spawn("beside")
    home.spawn("fixer", "sh", "-c", f"while :; do echo fixed >> {page}; sleep 0.2; done")
    scanner = Scanner(home.home)

    def named() -> bool:
        view = scanner.paced().agent(home.id("fixer"))
        return view is not None and any(problem.code == "trespass" for problem in view.problems)

    wait_for(named, "the trespasser to be named")
    return scanner


def look(home: LiveHome, scanner: Scanner) -> None:
    monitor.monitor_agents(home.home, scanner, scanner.paced(), every=0.0)


@pytest.mark.parametrize("then", ["alert", ""], ids=["alert", "as it comes"])
def test_failure_10_a_trespasser_raises_an_alert_at_once_and_is_frozen_as_the_policy_comes(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    scanner = found(live_home, then, monkeypatch)
    look(live_home, scanner)
    (alert,) = [each for each in live_home.state.alerts if each.cause is AlertCause.TRESPASS]
    assert alert.agent == live_home.id("fixer")
    assert "docs/page.md, which genesis-01/owner owns" in alert.text
    paused = {name for name in ("owner", "beside", "fixer") if live_home.record(name).paused is not None}
    assert paused == (set() if then else {"fixer"})
    live_home.swarm.resume("fixer")
    look(live_home, scanner)
    assert live_home.record("fixer").paused is None, "whom a person lets go on is not frozen for the same again"
    assert live_home.record("fixer").phase is Phase.RUNNING


def test_failure_10_a_trespasser_is_asked_to_end_where_the_policy_says_so(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(live_home, found(live_home, "stop", monkeypatch))
    record = live_home.record("fixer")
    assert record.ending is Ending.KILLED
    assert "which genesis-01/owner owns" in record.why
    assert live_home.alive("owner")
    assert live_home.alive("beside")
