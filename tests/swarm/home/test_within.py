"""A control room that an agent opens looks on: its keys are not the operator's."""

from swarm.home.actor import within
from swarm.model.actor import OPERATOR
from swarm.model.snapshot import Access
from tests.support.cli import environment
from tests.support.homes import LiveHome, environment_of


def test_who_opens_a_room_is_the_agent_that_the_environment_names_and_else_the_operator(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    me = live_home.actor("worker-1")
    assert within(live_home.layout, environment_of(me, live_home.root)) == me
    assert within(live_home.layout, environment()) == OPERATOR
    elsewhere = environment_of(me._replace(agent="genesis-01/of-another-home"), live_home.root)
    assert within(live_home.layout, elsewhere) == OPERATOR


def test_a_home_that_an_agent_looks_at_says_so(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    me = live_home.actor("worker-1")
    looked = type(live_home.swarm).open(live_home.root, actor=me, read_only=True)
    assert looked.home.access() == (Access.ASKED, f"opened inside {me.agent}")
