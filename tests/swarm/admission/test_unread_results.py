"""Parents that leave results unread: what they may not do, who reads in their place, and how they end."""

import pytest

from swarm.errors import Refused
from swarm.model.actor import Actor
from swarm.model.record import Ending
from swarm.model.values import replace
from tests.support.homes import PERIOD, LiveHome


def test_failure_8_what_is_left_unread_stops_spawns_and_the_next_one_above_reads_it(live_home: LiveHome) -> None:
    live_home.rules(more='\n[results]\nthen = "refuse"\n')
    live_home.swarm.reread()
    live_home.spawn("idea", slots=3)
    actor = live_home.actor("idea")
    idea = live_home.open(actor)
    idea.spawn(live_home.request("worker", "sh", "-c", """echo '{"summary": "there"}' > results.json"""))
    live_home.wait_until_ended("idea/worker")
    live_home.swarm.settle()
    live_home.home.ledger.commit(lambda state: replace(state, heartbeat_n=5), purpose="five heartbeats later")
    spawned = idea.spawn(live_home.request("second"))

    live_home.home.ledger.commit(lambda state: replace(state, heartbeat_n=6), purpose="one more")
    with pytest.raises(Refused) as refused:
        idea.spawn(live_home.request("third"))
    assert (refused.value.code, refused.value.hint) == (
        "unread",
        "Read them first: swarm-tui read genesis-01/idea/worker",
    )

    root = live_home.open(Actor("agent", "genesis-01", "a-spawn"))
    with pytest.raises(Refused):
        root.read("genesis-01/idea/worker")
    live_home.swarm.kill([spawned.agent])

    live_home.rules(more='\n[results]\nthen = "stop"\n')
    live_home.swarm.reread()
    live_home.clock.advance(PERIOD / 2)
    live_home.agent("idea").progress.write_text("2026-02-28 09:23 - at work\n")
    live_home.swarm.beat(by="a test", force=True)
    ended = live_home.record("idea")
    assert ended.ending is Ending.KILLED
    assert ended.why == "it has left the results of genesis-01/idea/worker unread for 6 heartbeats"

    assert root.read("genesis-01/idea/worker").first
