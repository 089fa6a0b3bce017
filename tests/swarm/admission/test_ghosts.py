"""What `status` calls free is what is admitted, to the slot: who runs unrecorded below an agent counts in both."""

import time

import pytest

from swarm.errors import Code, Refused
from swarm.protocol.paths import AgentDir
from tests.support.homes import LiveHome


def haunt(live_home: LiveHome, above: str, number: int) -> None:
    """Puts unrecorded agents below one: each reports, as no clone and no note does."""
    stamp = time.strftime("%Y-%m-%d %H:%M")
    for each in range(number):
        ghost = AgentDir(live_home.agent(above).path / f"ghost-{each}")
        ghost.path.mkdir()
        ghost.progress.write_text(f"{stamp} - Working.\n")


def admitted(live_home: LiveHome, **more: object) -> int:
    """Spawns until it is refused for lack of room, and returns how many were admitted."""
    for number in range(20):
        try:
            live_home.spawn(f"more-{number}", **more)
        except Refused as refused:
            if refused.code not in (Code.NO_SLOT, Code.BUDGET):
                raise
            return number
    raise AssertionError("more were admitted than there can be")


@pytest.mark.parametrize("ghosts", [0, 1, 2, 3])
def test_as_many_are_admitted_as_status_calls_free(live_home: LiveHome, ghosts: int) -> None:
    live_home.rules(slots=5, reserve=1)
    live_home.swarm = live_home.open()
    live_home.spawn("worker-1")
    haunt(live_home, "worker-1", ghosts)
    free = live_home.swarm.snapshot().slots.free
    assert free == 3 - ghosts
    assert live_home.swarm.check_spawn(live_home.request("next")).free_after == max(0, free - 1)
    assert admitted(live_home) == free
    assert live_home.swarm.snapshot().slots.free == 0


def test_ghosts_take_the_budget_of_the_agent_above_them(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=4)
    haunt(live_home, "idea-a", 2)
    assert admitted(live_home, parent="idea-a") == 1


def test_who_is_ended_for_a_spawn_takes_its_ghosts_out_of_the_count(live_home: LiveHome) -> None:
    live_home.rules(slots=3, reserve=0)
    live_home.swarm = live_home.open()
    live_home.spawn("worker-1")
    haunt(live_home, "worker-1", 2)
    with pytest.raises(Refused, match="No slot is free"):
        live_home.spawn("worker-2")
    live_home.spawn("worker-2", kill_first=("worker-1",))
    assert live_home.alive("worker-2")
    assert live_home.swarm.snapshot().slots.used == 1


def test_a_queued_spawn_waits_while_ghosts_take_its_slot(live_home: LiveHome) -> None:
    live_home.rules(slots=2, reserve=0)
    live_home.swarm = live_home.open()
    live_home.spawn("worker-1")
    haunt(live_home, "worker-1", 1)
    assert live_home.spawn("worker-2", queue=True).queued
    live_home.swarm.beat(by="test", force=True)
    assert "genesis-01/worker-2" in live_home.swarm.snapshot().queue
    (live_home.agent("worker-1").path / "ghost-0" / "progress.md").unlink()
    live_home.swarm.beat(by="test", force=True)
    assert live_home.alive("worker-2")
