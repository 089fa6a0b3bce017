"""One count of who needs a person: status line, tmux line, `status`, JSON, problems view and `w` say the same of it."""

import json
import re
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.attention import attention, need_words
from swarm.rules.heart import heart
from swarm.rules.verdicts import verdicts
from swarm_tui.app.app import SwarmApp
from swarm_tui.cli.output import to_json
from swarm_tui.cli.status_json import document
from swarm_tui.cli.status_text import line, tree
from tests.support.canned import CannedSwarm
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view, big_example, every_state, full_id, results
from tests.support.widget_app import screen_lines
from widgets.charset import UNICODE
from widgets.status_line import status_cells, status_of

STATES = list(every_state().values())
ALERTS = st.builds(
    Alert,
    agent=st.sampled_from(["", *(view.id for view in STATES), full_id("gone-1")]),
    cause=st.sampled_from([AlertCause.KILLED, AlertCause.DISK, AlertCause.LOOPING, AlertCause.REGRESSION]),
    text=st.just("why"),
    acked_at=st.sampled_from([None, NOW.wall]),
)
SWARMS = st.builds(
    lambda views, alerts: a_snapshot(a_root(), *views, alerts=tuple({alert.key: alert for alert in alerts}.values())),
    st.lists(st.sampled_from(STATES), unique_by=lambda view: view.id, max_size=6),
    st.lists(ALERTS, max_size=4),
)


def counts_told(text: str) -> Iterator[int]:
    """Every count of who needs a person that stands in a text."""
    for count in re.findall(r"(\d+|nobody) needs? you", text):
        yield 0 if count == "nobody" else int(count)


def told_on_the_command_line(snapshot: Snapshot) -> list[int]:
    judged = verdicts(snapshot, POLICY, NOW)
    beats = heart(snapshot, POLICY, NOW)
    header = "".join(cell.text for cell in next(iter(tree(snapshot, judged, NOW, beats, UNICODE, None))))
    short = line(snapshot, judged, NOW, beats, UNICODE)
    needs = json.loads(to_json(document(snapshot, judged, NOW, POLICY)))["needs_you"]
    assert needs["count"] == len(needs["agents"]) + len(needs["alerts"])
    return [*counts_told(header), next(counts_told(short), 0), needs["count"]]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SWARMS)
def test_every_surface_tells_the_same_count_and_nobody_needs_you_never_stands_beside_an_open_alert(
    snapshot: Snapshot,
) -> None:
    judged = verdicts(snapshot, POLICY, NOW)
    found = attention(snapshot, judged)
    status = "".join(
        cell.text for cell in status_cells(status_of(snapshot, judged, NOW, heart=heart(snapshot, POLICY, NOW)), 120)
    )
    told = [*counts_told(status), *told_on_the_command_line(snapshot)]
    assert set(told) == {found.count}, told
    assert len(told) == 4
    for alert in snapshot.alerts:
        if alert.acked_at is None:
            assert alert.agent in found.agents or alert in found.alerts
            assert "nobody needs you" not in status


async def test_the_problems_view_lists_exactly_those_who_are_counted_and_w_goes_through_them() -> None:
    """In one driven control room: ever other swarms, each looked at as it stands on the screen."""
    swarm = CannedSwarm(big_example())
    app = SwarmApp(swarm, beats=False)
    app.owns_heartbeat = True
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for generation, snapshot in enumerate(some_swarms(), 2):
            swarm.canned = replace(snapshot, generation=generation, home=swarm.canned.home, owner=swarm.canned.owner)
            app.room.show(swarm.canned)
            count = attention(swarm.canned, verdicts(swarm.canned, POLICY, NOW)).count
            await pilot.press("p")
            await pilot.pause()
            screen = "\n".join(screen_lines(app))
            assert f"problems: {need_words(count)}" in screen
            assert set(counts_told(screen)) == {count}, screen
            assert app.room.agents.line_count == max(count, 1)
            await pilot.press("p", "escape")
            met: list[str] = []
            for _ in range(count):
                await pilot.press("w")
                await pilot.pause()
                under = app.room.alerts.current if app.room.alerts.has_focus else app.room.agents.cursor_view
                assert under is not None
                met.append(under.id if isinstance(under, AgentView) else under.key)
            assert len(set(met)) == count, met
            await pilot.press("escape")
            assert told_on_the_command_line(swarm.canned) == [count] * 3


def some_swarms() -> Iterator[Snapshot]:
    calm = a_snapshot(a_root(), a_view("worker-1"))
    yield calm
    yield replace(calm, alerts=(Alert("", AlertCause.DISK, "no room"),))
    yield replace(calm, alerts=(Alert(full_id("worker-1"), AlertCause.KILLED, "silent"),))
    failed_check = a_view("checked", results=results(acceptance=(("tests pass", False),)))
    gone = Alert(full_id("gone-1"), AlertCause.FAILED, "no results")
    yield a_snapshot(a_root(), a_view("worker-1"), failed_check, alerts=(gone, Alert("", AlertCause.DISK_NEAR, "soon")))
    yield a_snapshot(a_root(), *STATES, alerts=(gone,))
