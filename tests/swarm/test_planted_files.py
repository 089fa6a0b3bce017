"""Nothing planted bricks a home: whatever stands in the place of an engine's file, the next verb works and says so."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.ledger.state import State
from swarm.model.agent import Liveness
from swarm.model.causes import AlertCause
from swarm.model.record import Phase
from swarm.model.values import replace
from swarm.store.aside import ASIDE
from tests.support.homes import PERIOD, LiveHome
from tests.support.plants import ODD, PLANTS, PRECIOUS, plant

NEXT: dict[str, Callable[[Swarm, LiveHome, str], object]] = {
    "status": lambda swarm, home, _: swarm.verdicts(swarm.snapshot()),
    "spawn": lambda swarm, home, name: swarm.spawn(home.request(name)),
    "kill": lambda swarm, home, name: swarm.kill(["spare"], grace=1.0),
    "heartbeat": lambda swarm, home, _: swarm.beat(by="test", force=True),
    "message": lambda swarm, home, _: swarm.message("bystander", "hello"),
}
SAID = {
    "revs": AlertCause.STATE_REPAIRED,
    "state.json": AlertCause.STATE_REPAIRED,
    "lock": AlertCause.LOCK_MISSING,
    "events.jsonl": AlertCause.AUDIT_GAP,
    "heartbeats.jsonl": AlertCause.STATE_REPAIRED,
    "waiting": AlertCause.STATE_REPAIRED,
    "checked.json": AlertCause.STATE_REPAIRED,
}
"""The cause of the one alert, where what was planted cannot be the file."""
OF_AGENTS = ("agent.json", "exit.json", ".run/kept.json", ".run/order.json", "inbox.md", "ended.json", ".run", "log")
TURNS = [(kind, verb) for number, kind in enumerate(PLANTS) for verb in list(NEXT)[number % 2 :: 2]]
"""Every kind before two or three of the verbs."""


def calm(home: LiveHome) -> None:
    """No alert is there, and the bystander works."""

    def change(state: State) -> State:
        return replace(state, alerts=())

    home.home.ledger.commit(change, purpose="begin anew")
    with home.agent("bystander").progress.open("a") as file:
        file.write("on my way\n")


def must_be_unharmed(home: LiveHome, victim: Path) -> None:
    assert victim.read_text() == PRECIOUS
    for name in ("bystander", "worker"):
        record = home.open().home.ledger.read().agents[home.id(name)]
        assert record.phase is Phase.RUNNING, (name, record.why)
        assert home.home.runner.alive(record) is Liveness.ALIVE


@pytest.mark.slow
@pytest.mark.parametrize("file", SAID)
def test_whatever_stands_in_the_place_of_an_engines_file_the_next_verb_works(
    live_home: LiveHome, tmp_path: Path, file: str
) -> None:
    live_home.spawn("bystander")
    live_home.spawn("worker")
    live_home.swarm.beat(by="test", force=True)
    path, victim = live_home.layout.swarm / file, tmp_path / "victim"
    for number, (kind, verb) in enumerate(TURNS):
        live_home.spawn("spare") if verb == "kill" and not live_home.agent("spare").path.exists() else None
        if verb == "kill" and live_home.state.agents[live_home.id("spare")].phase is Phase.ENDED:
            live_home.swarm.respawn("spare", fresh=True)
        calm(live_home)
        plant(kind, path, victim)

        NEXT[verb](live_home.open(), live_home, f"new-{number}")

        live_home.open().hold("bystander", beats=900, why="stands by")
        said = [alert for alert in live_home.open().home.ledger.read().alerts if not alert.agent]
        assert len(said) <= 1, (kind, verb, said)
        if kind in ODD and (file, kind) not in {("revs", "directory"), ("waiting", "directory")}:
            aside = [each.name for each in live_home.layout.swarm.glob("set-aside/*")]
            aside += [each.name for each in live_home.layout.swarm.glob("state.json.bad-*")]
            unnoticed = file == "checked.json"  # a copy: who reads the settings first makes it anew, without a word
            assert unnoticed or [alert.cause for alert in said] == [SAID[file]], (kind, verb)
            assert unnoticed or any(name.startswith(file) for name in aside), (kind, verb)
        must_be_unharmed(live_home, victim)
        if verb == "spawn":
            live_home.swarm.kill([f"new-{number}"], grace=1.0)
    assert live_home.open().rebuild()
    must_be_unharmed(live_home, victim)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["999999999999999", "9" * 40, "99999999999", "1500", "12", "no-number"])
def test_a_revision_from_the_future_is_put_aside_and_commits_go_on(live_home: LiveHome, name: str) -> None:
    live_home.spawn("bystander")
    (live_home.layout.revs / name).touch()
    os.utime(live_home.layout.revs / name, (0, 0))
    revision = live_home.state.revision

    live_home.open().hold("bystander", beats=1, why="a try")
    live_home.open().hold("bystander", beats=2, why="another")

    state = live_home.open().home.ledger.read()
    assert state.agents[live_home.id("bystander")].held_why == "another"
    assert state.revision <= revision + 12
    assert [alert.cause for alert in state.alerts] == ([AlertCause.STATE_REPAIRED] if name.isdigit() else [])
    if len(name) > 2 and name.isdigit():
        assert [each.name.startswith(name) for each in (live_home.layout.swarm / ASIDE).iterdir()] == [True]
    assert live_home.open().rebuild()
    assert live_home.alive("bystander")


@pytest.mark.slow
@pytest.mark.parametrize("file", OF_AGENTS)
def test_whatever_stands_in_the_place_of_an_agents_record_no_agent_is_ended_for_it(
    live_home: LiveHome, tmp_path: Path, file: str
) -> None:
    live_home.spawn("bystander")
    live_home.spawn("worker")
    live_home.swarm.beat(by="test", force=True)
    victim = tmp_path / "victim"
    for kind in ("directory", "link", "pipe", "garbage", "removed"):
        plant(kind, live_home.agent("worker").path / file, victim)
        for _ in range(2):  # an automatic kill needs two looks
            live_home.clock.advance(PERIOD / 4)
            calm(live_home)
            live_home.open().beat(by="test", force=True)
        live_home.open().message("worker", "hello")
        must_be_unharmed(live_home, victim)

    report = live_home.open().kill(["worker"], grace=1.0)

    assert live_home.home.runner.alive(live_home.record("worker")) is not Liveness.ALIVE
    assert [each.agent for each in report.agents] == [live_home.id("worker")]
    assert victim.read_text() == PRECIOUS
    assert live_home.open().rebuild()


def test_an_inbox_that_is_none_is_put_aside_and_the_message_arrives(live_home: LiveHome, tmp_path: Path) -> None:
    live_home.spawn("worker")
    agent, victim = live_home.agent("worker"), tmp_path / "victim"
    plant("link", agent.inbox, victim)

    live_home.swarm.message("worker", "use the second source")

    assert "use the second source" in agent.inbox.read_text()
    assert victim.read_text() == PRECIOUS
    assert [(alert.agent, alert.cause) for alert in live_home.state.alerts] == [
        ("genesis-01/worker", AlertCause.STATE_REPAIRED)
    ]
