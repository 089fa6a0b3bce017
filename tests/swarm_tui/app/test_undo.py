"""`u` takes the last act back for thirty seconds; what stays says why; what cannot be taken back hides nothing."""

from typing import Any

from textual.pilot import Pilot

from swarm.errors import NotFound
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.undo import Deed, TakenBack, Undo
from tests.support.canned import CannedSwarm
from tests.support.swarms import HEARTBEAT_N, NOW, a_root, a_snapshot, a_view, full_id, results

GOOD, BUSY, HELD, GHOST = (full_id(name) for name in ("good", "busy", "held", "ghost"))


def test_an_act_can_be_taken_back_once_and_for_thirty_awake_seconds() -> None:
    undo = Undo()
    assert "nothing was done" in undo.why_not(0.0)
    for words in ("a", "b"):
        undo.add(Deed(words, 100.0, lambda words=words: TakenBack(words)))  # type: ignore[misc]  # bound, not passed
    assert undo.why_not(130.0) == ""
    assert undo.why_not(131.0) == "the last act is 31 s ago (b); it can be taken back for 30 s"
    assert undo.take(131.0) is None
    for words in ("b", "a"):
        inverse = undo.take(130.0)
        assert inverse is not None
        assert inverse().words == words
    undo.add(Deed("a", 100.0, TakenBack))
    undo.add(Deed("2 agents ended", 101.0, why_final="what has ended stays so"))
    assert undo.why_not(102.0) == "the last act stays (2 agents ended): what has ended stays so"
    assert undo.take(102.0) is None, "what was done before a stop is not taken back in its place"


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def test_u_takes_back_what_was_done_to_one_and_to_many_and_says_what_stays() -> None:
    busy, held = a_view("busy"), a_view("held", held_until=HEARTBEAT_N + 3, held_why="long build")
    done = a_view("good", results=results(), phase=Phase.ENDED, ending=Ending.DONE, ended_ago=60.0)
    ghost = a_view("ghost", record=None, ghost=True)
    alert = Alert(GOOD, AlertCause.INJECTION, "it orders", done.spawn_id, NOW.wall, NOW.wall)
    other = Alert(BUSY, AlertCause.LOOPING, "it loops", busy.spawn_id, NOW.wall, NOW.wall)
    swarm = CannedSwarm(replace(a_snapshot(a_root(), busy, held, done, ghost), alerts=(alert, other)))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()

        async def after(agent: str, *keys: str) -> list[tuple[str, Any]]:
            swarm.asked.clear()
            app.room.go_to(agent)
            await press(pilot, *keys)
            return list(swarm.asked)

        def toasts() -> str:
            said = " | ".join(note.message for note in app._notifications)
            app._notifications.clear()
            return said

        assert await after(GOOD, "c", "u") == [("read", GOOD), ("unread", (GOOD, done.spawn_id))]
        said = toasts()
        assert "read; u takes it back" in said
        assert f"taken back: {GOOD}: unread again" in said

        assert await after(GOOD, "A", "u") == [("acknowledge", (alert,)), ("unacknowledge", (alert,))]
        assert f"1 alert of {GOOD} acknowledged; u takes it back" in toasts()

        refs = frozenset({busy.ref})
        assert await after(BUSY, "P", "u") == [
            ("pause", (BUSY, busy.spawn_id)),
            ("resume", (swarm.canned.root, refs)),
        ]
        assert "taken back: 1 agent: goes on as before" in toasts()

        hold = ("hold", (HELD, 0, "", held.spawn_id))
        assert await after(HELD, "H", "u") == [hold, ("hold", (HELD, 3, "long build", held.spawn_id))]
        assert await after(GHOST, "i", "u") == [("dismiss", ((GHOST,), False)), ("dismiss", ((GHOST,), True))]

        app.room.go_to(BUSY)
        await press(pilot, "v")
        app.room.go_to(HELD)
        await press(pilot, "v")
        toasts()
        assert await after(HELD, "H", "y", "enter") == [
            ("hold", (agent, 2, "y", view.spawn_id)) for agent, view in ((BUSY, busy), (HELD, held))
        ]
        assert f"{BUSY} and {HELD} are held for 2 heartbeats; u takes it back" in toasts()
        swarm.refuse = NotFound(f"{BUSY!r} does not run.", "It has ended.")
        await press(pilot, "u")
        said = toasts()
        assert f"not taken back: {BUSY!r} does not run. It has ended." in said
        assert "taken back: genesis" not in said.replace("not taken back", "")
        swarm.refuse = None
        await press(pilot, "escape", "u")
        assert await after(BUSY, "H", "y", "enter") != []
        swarm.at = NOW._replace(awake=NOW.awake + 31)
        app.room.tick()
        toasts()
        assert await after(BUSY, "u") == []
        assert "31 s ago" in toasts()
