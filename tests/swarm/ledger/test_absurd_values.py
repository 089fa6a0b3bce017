"""Values of the ledger that are well formed and cannot be: said once, and no agent is ended for them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from swarm.ledger.plausible import AHEAD_S, plausible
from swarm.ledger.state import State
from swarm.model.agent import Liveness
from swarm.model.causes import AlertCause
from swarm.model.record import Observed, Phase, Record
from swarm.model.time import Epoch
from swarm.store.declared import RefusedValue
from tests.support.homes import PERIOD, LiveHome

WORKER = "genesis-01/worker"
Edit = Callable[[dict[str, Any]], None]


def of_worker(**fields: Any) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        worker = data["agents"][WORKER]
        for name, value in fields.items():
            worker[name] = {**worker.get(name, {}), **value} if isinstance(value, dict) else value

    return edit


def of_swarm(key: str, **fields: Any) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        data[key] = {**data[key], **fields}

    return edit


ABSURD: dict[str, Edit] = {
    "a revision of 10^15": lambda data: data.update(revision=10**15),
    "a machine's clock below zero": of_swarm("epoch", monotonic=-9e11, boottime=-9e11),
    "awake for thirty thousand years": of_swarm("epoch", awake=9e11),
    "a heartbeat in thirty thousand years": of_swarm("heartbeat", last=9e11),
    "10^15 heartbeats": of_swarm("heartbeat", n=10**15),
    "a start in thirty thousand years": lambda data: data.update(last_start=9e11),
    "failed starts in thirty thousand years": lambda data: data.update(crashes={"genesis-01/new": [9e11] * 5}),
    "numbers of 10^15 in the account": lambda data: data.update(account={"tokens": 10**15, "cost_usd": 9e11}),
    "a budget of a billion": of_worker(slots=10**9),
    "spawned before time began": of_worker(spawned=-9e11),
    "spawned in thirty thousand years": of_worker(spawned=9e11),
    "last seen before time began": of_worker(observed={"changed": -9e11, "outputs_changed": -9e11, "seen": -9e11}),
    "last seen in thirty thousand years": of_worker(observed={"changed": 9e11, "seen": 9e11}),
    "paused for thirty thousand years": of_worker(paused_total=9e11),
    "a stop that nobody carries out": of_worker(phase="stopping"),
    "queued while it runs": of_worker(phase="queued"),
    "an agent between two turns": of_worker(phase="idle"),
    "ended without an ending": of_worker(phase="ended"),
    "waiting for nothing": of_worker(phase="waiting"),
    "a phase that there is not": of_worker(phase="asleep"),
    "the first process": of_worker(process={"pid": 1}, keeper={"pid": -1}),
}
QUIET = {"a start in thirty thousand years", "failed starts in thirty thousand years", "waiting for nothing"}
"""Those that are put right without a word, because nothing of them can be seen; and what is as high as it may be."""


def plant(home: LiveHome, edit: Edit) -> None:
    """What an editor leaves in state.json and in its revision alike."""
    data = json.loads(home.layout.state.read_text())
    newest = home.layout.rev(data["revision"])
    edit(data)
    for path in (home.layout.state, newest):
        path.write_text(json.dumps(data))


@pytest.mark.slow
@pytest.mark.parametrize("what", ABSURD)
def test_no_value_that_cannot_be_stops_a_verb_or_ends_an_agent(live_home: LiveHome, what: str) -> None:
    live_home.spawn("worker")
    live_home.spawn("spare")
    live_home.swarm.beat(by="test", force=True)
    plant(live_home, ABSURD[what])

    swarm = live_home.open()
    swarm.verdicts(swarm.snapshot())
    swarm.spawn(live_home.request("new"))
    swarm.message("worker", "hello")
    swarm.kill(["spare"], grace=1.0)
    for _ in range(3):
        live_home.clock.advance(PERIOD / 4)
        live_home.open().beat(by="test", force=True)

    state = live_home.open().home.ledger.read()
    record = state.agents[WORKER]
    assert record.phase is Phase.RUNNING, record.why
    assert live_home.home.runner.alive(record) is Liveness.ALIVE
    assert live_home.lines("kill") == [("kill", "genesis-01/spare", True, "")]
    said = [
        alert.count for alert in state.alerts if alert.cause in (AlertCause.VALUE_REFUSED, AlertCause.STATE_REPAIRED)
    ]
    assert said == [1] or what in QUIET | {"numbers of 10^15 in the account"}
    assert swarm.rebuild()
    assert live_home.home.runner.alive(live_home.record("worker")) is Liveness.ALIVE


EPOCH = Epoch("boot", awake=1000.0, monotonic=5000.0, boottime=5000.0, wall=1e9)


def looked_at(**fields: Any) -> tuple[State, list[RefusedValue]]:
    refused: list[RefusedValue] = []
    state = State(**{"revision": 5, "home_id": "home", "epoch": EPOCH, **fields})
    return plausible(state, refused), refused


def test_what_can_be_is_the_same_object_afterwards() -> None:
    record = Record("a", "s", Phase.RUNNING, spawned=10.0, observed=Observed(changed=1000.0 + AHEAD_S, seen=1000.0))
    state = State(5, "home", EPOCH, agents={"a": record}, heartbeat_last=990.0, heartbeat_last_at=1e9 - 10)
    refused: list[RefusedValue] = []
    assert plausible(state, refused) is state
    assert refused == []


def test_a_time_that_cannot_be_counts_from_now_so_that_no_agent_ages_by_it() -> None:
    record = Record("a", "s", Phase.RUNNING, spawned=-5.0, observed=Observed(changed=2000.0))
    state, refused = looked_at(agents={"a": record})
    assert (state.agents["a"].spawned, state.agents["a"].observed.changed) == (1000.0, 1000.0)
    assert {each.agent for each in refused} == {"a"}


def test_an_awake_time_longer_than_what_passed_since_the_last_heartbeat_is_put_right() -> None:
    state, refused = looked_at(
        epoch=Epoch("boot", awake=9e11, monotonic=5000.0, boottime=5000.0, wall=1e9),
        heartbeat_last=900.0,
        heartbeat_last_at=1e9 - 60,
    )
    assert state.epoch.awake == 960.0
    assert len(refused) == 1
