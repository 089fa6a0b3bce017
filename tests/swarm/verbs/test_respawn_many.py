"""Several agents are spawned again: room for all is looked for before the first, and made where it is named."""

import pytest

from swarm.errors import Code, NotFound
from swarm.model.record import Phase, Ref
from tests.support.homes import LiveHome


def refs(home: LiveHome, *names: str) -> list[Ref]:
    return [home.record(name).ref for name in names]


def test_room_for_all_is_looked_for_before_the_first_and_is_made_by_whom_the_operator_names(
    live_home: LiveHome,
) -> None:
    live_home.rules(slots=4, reserve=1)
    live_home.swarm = live_home.open()
    for name in ("one", "two"):
        live_home.spawn(name)
    live_home.swarm.kill(["one", "two"], grace=0.0)
    for name in ("busy", "busier"):
        live_home.spawn(name)
    meant = refs(live_home, "one", "two")

    check = live_home.swarm.check_respawn(meant)

    assert (check.agent, check.slots) == ("", 2)
    (lack,) = check.objections
    assert (lack.code, lack.title) == (Code.NO_SLOT, f"No slot is free for {live_home.id('two')}."), "one has room"
    assert {each.agent for each in check.candidates} == {live_home.id("busy"), live_home.id("busier")}
    assert [live_home.record(name).phase for name in ("one", "two")] == [Phase.ENDED] * 2, "nothing was begun"
    assert live_home.swarm.check_respawn(meant[:1]).objections == ()
    assert live_home.swarm.check_respawn(meant, kill_first=["busy"]).objections == ()
    with pytest.raises(NotFound, match="not the one that was meant"):
        live_home.swarm.respawn("one", spawn_id="another")

    for ref in meant:
        spawned = live_home.swarm.respawn(ref.id, spawn_id=ref.spawn_id, kill_first=(live_home.id("busy"),))
        assert spawned.ended_first == ((live_home.id("busy"),) if ref.id.endswith("two") else ())
        assert live_home.alive(ref.id)
    assert live_home.record("busy").phase is Phase.ENDED
    assert live_home.alive("busier")
    assert live_home.agent("two.1").spec.exists(), "the earlier run is kept"
    (again,) = live_home.swarm.check_respawn(refs(live_home, "one")).objections
    assert again.code is Code.EXISTS, "it runs"


def test_a_respawn_for_which_no_room_can_be_made_leaves_the_earlier_run_where_it_was(live_home: LiveHome) -> None:
    live_home.rules(slots=3, reserve=1)
    live_home.swarm = live_home.open()
    live_home.spawn("one")
    live_home.swarm.kill(["one"], grace=0.0)
    for name in ("busy", "busier"):
        live_home.spawn(name)
    before = live_home.record("one").ref
    with pytest.raises(NotFound):
        live_home.swarm.respawn("one", kill_first=("nobody-like-that",))
    assert live_home.record("one").ref == before
    assert live_home.agent("one").exit.exists()
    assert not live_home.agent("one.1").path.exists()
    assert live_home.alive("busy")
