"""Many who act at once on the same few agents, some of whom die in the middle: the history has to make sense."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from swarm.ledger.codec import read_ended
from swarm.lifecycle.recovery import resolve_intents
from swarm.model.agent import Liveness
from swarm.model.record import Phase
from swarm.verbs.doctor import strays
from tests.support import doers
from tests.support.homes import LiveHome

REPOSITORY = Path(__file__).parents[3]
ACTORS, DEEDS = 8, 15
ENDS = ("kill", "collect", "end")


class Told(NamedTuple):
    """What somebody was told of a deed that came to its end."""

    outcome: str
    spawn_id: str
    why: str


def acknowledged(logs: list[Path]) -> list[Told]:
    lines = [line for log in logs for line in log.read_text().splitlines() if line.startswith("ack ")]
    return [Told(*line.split(" ", 4)[2:]) for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_history_with_deaths_loses_doubles_and_strands_nothing(live_home: LiveHome, seed: int) -> None:
    live_home.rules(slots=6, reserve=1, grace=0.3)
    logs = [live_home.root.parent / f"actor-{number}.log" for number in range(ACTORS)]
    words = [sys.executable, "-m", doers.__name__, "history", str(live_home.root)]
    actors = [
        subprocess.Popen([*words, f"{seed}/{number}", str(DEEDS), str(log)], cwd=REPOSITORY)
        for number, log in enumerate(logs)
    ]
    try:
        assert [actor.wait(150) for actor in actors] == [0] * ACTORS
    finally:
        for actor in actors:
            actor.kill()
            actor.wait()

    told = acknowledged(logs)
    assert [each for each in told if each.outcome in ("broken", "busy", "disk", "failed", "damaged", "invalid")] == []
    swarm = live_home.open()
    swarm.thaw_all()
    resolve_intents(swarm.home)
    swarm.settle()
    state = swarm.home.ledger.read()

    assert {record.phase for record in state.agents.values()} <= {Phase.RUNNING, Phase.ENDED, Phase.QUEUED}
    assert strays(swarm.home, state) == []
    living = {record.spawn_id for record in state.agents.values() if record.phase is Phase.RUNNING}
    for record in state.agents.values():
        assert record.phase is not Phase.RUNNING or swarm.home.runner.alive(record) is Liveness.ALIVE
    assert {each.id for each in state.queue} == {
        record.id for record in state.agents.values() if record.phase is Phase.QUEUED
    }
    assert state.branches_closed == frozenset()

    rows = [json.loads(line) for line in live_home.layout.events.read_text().splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    started = Counter(row["spawn_id"] for row in rows if row["verb"] == "spawn" and row["ok"])
    ended = Counter(row["spawn_id"] for row in rows if row["verb"] in ENDS and row["ok"] and row.get("freed"))
    assert set(started.values()) | set(ended.values()) <= {1}
    assert {each.spawn_id for each in told if each.outcome == "ok" and each.spawn_id != "-"} <= set(started)

    silent = set(started) - set(ended) - living  # who recorded their end died between the ledger and the log
    past = {
        kept.value.spawn_id
        for name in live_home.layout.agents.rglob("ended.json")
        if (kept := read_ended(live_home.layout.agent(live_home.layout.id_of(name.parent)))).value is not None
    }
    assert silent <= past
    held: set[str] = set()
    for row in rows:
        if row["verb"] == "spawn" and row["ok"] and row["spawn_id"] not in silent:
            held.add(row["spawn_id"])
        elif row["verb"] in ENDS and row.get("freed"):
            held.discard(row["spawn_id"])
        assert len(held) <= 5
