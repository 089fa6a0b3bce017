"""The first picture reads only the code that it needs; of a large swarm it is there before all is looked at."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.home.context import Home
from swarm.model.snapshot import Snapshot
from swarm.protocol.paths import Layout
from swarm.scan.scanner import Scanner
from swarm_tui.app.app import SwarmApp
from tests.support.cli import environment
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of
from tests.support.wait import wait_while_running

ROOM = """
import json, sys
from pathlib import Path
import swarm_tui.cli.main
from swarm.api import Swarm
from swarm.protocol.paths import Layout
from swarm_tui.app import opening
from swarm_tui.app.app import SwarmApp
def shown(app):
    agents = len(app.room.snapshot.agents)
    print(json.dumps({"agents": agents, "modules": sorted(sys.modules)}), file=sys.__stdout__)
    app.exit()
SwarmApp._go_on = shown
SwarmApp(Swarm.open(Layout(Path(sys.argv[1])))).run(headless=True, size=(160, 45))
"""
NOT_NEEDED = (
    # what checks settings once per edit, what hears of changes, measures processes, finds words that are meant
    *("pydantic", "yaml", "tomllib", "watchfiles", "anyio", "psutil", "rapidfuzz", "mcp"),
    *("textual.widgets._text_area", "textual.widgets._markdown", "textual.document"),
    # dialogs, help, history, palette, results, the spawn form, transcripts, writing of settings
    *(f"widgets.{name}" for name in ("dialog", "confirm", "check_list", "answer", "legend", "key_menu", "pick_one")),
    *(f"widgets.{name}" for name in ("event_feed", "timeline", "results_page", "results_list", "session_list")),
    *("widgets.transcript_lines", "swarm_tui.app.handlers", "swarm_tui.app.help_text", "swarm_tui.app.alert_help"),
    *(f"swarm_tui.app.screens.{name}" for name in ("dry_run", "eviction", "help", "history", "palette", "printed")),
    *(f"swarm_tui.app.screens.{name}" for name in ("prompt", "results_inbox", "spawn_boxes", "spawn_form")),
    *("swarm_tui.workers.detail_loader", "swarm_tui.workers.transcript_tail", "swarm_tui.settings.template"),
    # what acts, and what beats
    *("swarm.mcp", "swarm.hooks", "swarm.heartbeat", "swarm.lifecycle", "swarm.ending", "swarm.admission"),
    *("swarm.repositories", "swarm.verbs", "swarm.lint", "swarm.rules.plan"),
)
"""Modules, or packages with all that is in them, that are read after the first picture at the earliest."""
WORKERS, METAS = 9, 20


@pytest.fixture
def large(home_dir: Path, clock: FakeClock) -> Home:
    """A home of more agents than a screen has rows."""
    home = Home.open(Layout(home_dir), clock=clock)
    grove = Grove(home_dir, foreign=False)
    ids = [f"genesis-01/m{meta:02d}{f'/w{n}' if n else ''}" for meta in range(METAS) for n in range(WORKERS + 1)]
    for agent in ids:
        grove.managed(agent, progress="2026-02-28 09:33 - Working.\n")
    enter(home, *(record_of(agent) for agent in ids))
    return home


def test_the_first_picture_reads_no_code_that_it_does_not_need(swarm_home: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ROOM, swarm_home],
        capture_output=True,
        text=True,
        env=environment({}),
        timeout=60,
        check=True,
    )
    shown = json.loads(ran.stdout.splitlines()[0])
    assert shown["agents"] == 1
    assert "widgets.agent_tree" in shown["modules"]
    read = {name for name in shown["modules"] for one in NOT_NEEDED if name == one or name.startswith(f"{one}.")}
    assert read == set()


async def test_the_first_rows_of_a_large_swarm_are_drawn_before_everything_was_looked_at(
    large: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, looks, paced = threading.Event(), list[Snapshot](), Scanner.paced

    def held(scanner: Scanner) -> Snapshot:
        assert go_on.wait(30)
        looks.append(paced(scanner))
        return looks[-1]

    monkeypatch.setattr(Scanner, "paced", held)
    app = SwarmApp(Swarm(large), beats=False)
    try:
        async with app.run_test(size=(160, 45), notifications=True) as pilot:
            await pilot.pause()
            assert looks == []
            assert app.room.snapshot.pulse.looking
            assert app.room.verdicts == {}
            assert app.room.needing == 0
            assert "agents … looking" in drawn(app, "StatusLine")
            assert "w9" in drawn(app, "AgentTree")
            assert "looking" in str(app.room.agents.border_title)
            app.room.tick()
            assert app.room.verdicts == {}
            await pilot.press("down", "down", "x")
            await pilot.pause()
            assert app.screen is app.room, "nobody is killed on a view of a part"
            cursor = app.room.agents.cursor_view
            assert cursor is not None

            go_on.set()
            await wait_while_running(lambda: not app.room.snapshot.pulse.looking, "the whole tree")
            await pilot.pause()
            assert len(app.room.snapshot.agents) == METAS * (WORKERS + 1)
            assert app.room.verdicts.keys() == {view.id for view in app.room.snapshot.agents}
            assert "looking" not in drawn(app, "StatusLine") + drawn(app, "AgentTree")
            after = app.room.agents.cursor_view
            assert after is not None
            assert after.ref == cursor.ref
    finally:
        go_on.set()


def drawn(app: SwarmApp, widget: str) -> str:
    """What a widget of the room shows, as text."""
    found = app.room.query_one(widget)
    return "\n".join(strip.text for strip in found.render_lines(found.size.region))
