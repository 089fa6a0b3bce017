"""A control room that is open for weeks: agents come, end and are put away, and nothing of them stays in memory."""

from textual.pilot import Pilot

from swarm.model.record import Phase
from swarm_tui.app.app import SwarmApp
from tests.support.holdings import Holdings, grown, holdings
from tests.support.homes import LiveHome
from tests.support.wait import wait_while_running

WARM, LONG = 2, 4
"""Generations until all is as it stays, and after that."""
EACH = 2
PROCESS_TABLE = "strays._look._about"
OF_A_PROCESS = "_About"
"""As large as the machine's table of processes, and made anew from it at each look."""
TABS = ("6", "5", "4", "3", "2", "1")
"""Progress last: with the events of the root in sight, what it is told of each end would count up to their limit."""


async def test_generations_that_come_and_go_leave_nothing_behind(live_home: LiveHome) -> None:
    app = SwarmApp(live_home.open(), beats=False)
    async with app.run_test(size=(160, 45), notifications=False) as pilot:
        for number in range(WARM):
            await live(live_home, pilot, app, number)
        before = await held_by(pilot, app)
        for number in range(WARM, WARM + LONG):
            await live(live_home, pilot, app, number)
        after = await held_by(pilot, app)

    more = grown(before.containers, after.containers, slack=4)
    assert {name: count for name, count in more.items() if PROCESS_TABLE not in name} == {}
    kinds = grown(before.kinds, after.kinds, slack=4)
    assert {kind: count for kind, count in kinds.items() if kind != OF_A_PROCESS} == {}
    assert after.threads <= before.threads
    assert after.descriptors <= before.descriptors + 1


async def held_by(pilot: Pilot[int], app: SwarmApp) -> Holdings:
    app.room.agents.focus()
    await pilot.pause()  # what has the focus is found by another way
    app.swarm.snapshot()  # what scans forget from time to time is forgotten now
    return holdings(room=app.room, swarm=app.swarm, watch=app._watch, loader=app._loader)  # all that the room keeps


async def live(home: LiveHome, pilot: Pilot[int], app: SwarmApp, number: int) -> None:
    """One generation, from its spawn to the archive, looked at from every side by an operator."""
    names = [f"w-{number}-{each}" for each in range(EACH)]
    for name in names:
        home.spawn(name, "sh", "-c", "echo said; echo '2026-02-28 09:31 - done' > progress.md; exec sleep 300")
    await wait_while_running(lambda: shown(app) >= set(names), "the new ones on the screen")
    app.room.agents.move_to(home.id(names[0]))
    for key in TABS:
        await pilot.press(key)
        await pilot.pause()
    home.write_results(names[0])
    home.swarm.kill(names)
    home.swarm.read(names[0])
    await wait_while_running(lambda: ended(app) >= set(names), "their ends on the screen")
    home.swarm.archive()
    await wait_while_running(lambda: not shown(app) & set(names), "the archive to have them")


def shown(app: SwarmApp) -> set[str]:
    return {view.name for view in app.room.snapshot.agents}


def ended(app: SwarmApp) -> set[str]:
    views = app.room.snapshot.agents
    return {view.name for view in views if view.record is not None and view.record.phase is Phase.ENDED}
