"""The pictures: which canned swarm, at which size, after which keys; for screenshots and snapshot tests alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from swarm.model.activity import Activity, Kind
from swarm.programs.transcript import transcribe
from swarm.protocol.logs import Chunk
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.spawn_form import DEBOUNCE_SECONDS, SpawnForm
from swarm_tui.workers.transcript_tail import TranscriptChunk
from tests.support.canned import CannedSwarm, full_house
from tests.support.glance import glance_example
from tests.support.inboxes import PROMISED, inbox_example
from tests.support.swarms import NOW, big_example, full_id, with_programs

Act = Callable[[Pilot[int]], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """One picture: name, size in cells, theme, the agent under the cursor, keys pressed."""

    name: str
    width: int = 160
    height: int = 40
    theme: str = "swarm-dark"
    agent: str = "idea-alpha/worker-2"
    keys: tuple[str, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    """(id of an input, text) put in before the last key."""
    lines: tuple[str, ...] = ()
    """What the agent's program printed."""
    told: tuple[Activity, ...] = ()
    """What the agent's program said that it did."""
    full: bool = False
    """Spawns meet a full swarm."""
    inbox: bool = False
    """Its swarm is the one with a full results inbox."""
    glance: bool = False
    """Its swarm is the one of twelve agents, two of which need somebody."""


TRANSCRIPT = (
    "reading notes/pages.md",
    "12 pages, 3 of them with prices",
    "GET /pricing 200 in 310 ms",
    "writing analysis.md, section 3",
    "WARNING: page 7 has two price tables; the newer one is taken",
    "800/2000 words",
)

SESSION = (
    Activity(Kind.RUN, at=NOW.wall - 41 * 60),
    Activity(Kind.STARTED, "session 5f0c2a6e, claude-opus-4-8"),
    Activity(Kind.TEXT, "I read my brief and report progress first."),
    Activity(Kind.TOOL_OPEN, "swarm-tui progress 'Reading sources.'", "t1", "Bash"),
    Activity(Kind.TOOL_CLOSED, "progress noted", "t1", "Bash", count=1),
    Activity(Kind.TOOL_OPEN, "notes/pages.md", "t2", "Read"),
    Activity(Kind.TOOL_CLOSED, "", "t2", "Read", count=212),
    Activity(Kind.TOOL_OPEN, "Check the prices of page 7", "t3", "Agent"),
    Activity(Kind.SUBAGENT_STARTED, "Check the prices of page 7", "t3", "explore", depth=1),
    Activity(Kind.TOOL_OPEN, "price table in notes/page-7.html", "t4", "Grep", parent="t3", depth=1),
    Activity(Kind.TOOL_CLOSED, "2 tables", "t4", "Grep", parent="t3", count=1, depth=1),
    Activity(Kind.SUBAGENT_ENDED, "the newer table is below the fold", "t3", "explore", depth=1),
    Activity(Kind.RETRYING, "529 overloaded", count=1, limit=10),
    Activity(Kind.RETRYING, "529 overloaded", count=2, limit=10),
    Activity(Kind.TEXT, "The newer table counts. I write section 3 with it,\nand then run the checks."),
    Activity(Kind.TOOL_OPEN, "/home/operator/notes/plan.md", "t5", "Write"),
    Activity(Kind.TOOL_CLOSED, "outside of what this agent owns: out/", "t5", "Write", error=True),
    Activity(Kind.DENIED, "/home/operator/notes/plan.md", "t5", "Write"),
    Activity(Kind.DELIVERED, "Message [m-1a2b3c] from operator: take the newer table.", "m-1a2b3c"),
    Activity(Kind.TOOL_OPEN, "out/analysis.md", "t6", "Write"),
    Activity(Kind.TOOL_CLOSED, "", "t6", "Write", count=48),
    Activity(Kind.TOOL_OPEN, "make test", "t9", "Bash"),
)

PICTURES: tuple[Picture, ...] = (
    Picture("overview-160"),
    Picture("glance", 80, 24, agent="idea-alpha/worker-2", glance=True),
    Picture("overview-75", 75, 40),
    Picture("overview-45", 45, 30),
    Picture("problems", keys=("p",)),
    Picture("rehearsal", keys=("b",)),
    Picture("spawn-form", keys=("n",), typed=(("name", "worker-9"), ("task", "Collect the prices of all pages."))),
    Picture(
        "kill-before-spawn", keys=("n",), typed=(("name", "idea-gamma"), ("task", "Compare the prices.")), full=True
    ),
    Picture("stop", keys=("x",), agent="idea-alpha"),
    Picture("detail-transcript", keys=("2",), lines=TRANSCRIPT),
    Picture("transcript", keys=("2",), agent="idea-alpha/worker-1", told=SESSION),
    Picture("detail-results", keys=("4",), agent="idea-beta/worker-9"),
    Picture("detail-process", keys=("5",)),
    Picture("results", keys=("I", "j"), agent="idea-alpha", inbox=True),
    Picture("results-80", 80, 30, keys=("I", "j"), agent="idea-alpha", inbox=True),
    Picture("results-45", 45, 30, keys=("I", "j"), agent="idea-alpha", inbox=True),
    Picture("timeline", keys=("t",)),
    Picture("help", keys=("question_mark",)),
    Picture("filter", keys=("slash", "b", "e", "t", "a")),
    Picture("light", theme="swarm-light"),
    Picture("contrast", theme="swarm-contrast"),
    Picture("sixteen", theme="swarm-16"),
)


def app_for(picture: Picture) -> SwarmApp:
    """The app on the canned swarm of a picture."""
    if picture.glance:
        swarm = CannedSwarm(glance_example())
    else:
        swarm = CannedSwarm(inbox_example() if picture.inbox else with_programs(big_example()))
    swarm.promised = PROMISED
    if picture.full:
        swarm.check = full_house()
    app = SwarmApp(swarm, beats=False)
    app.animation_level = "none"
    app.owns_heartbeat = True
    return app


async def pose(pilot: Pilot[int], picture: Picture) -> None:
    """Brings the app to where the picture is taken."""
    app = pilot.app
    assert isinstance(app, SwarmApp)
    app.theme = picture.theme
    await pilot.pause()  # the first picture is taken by then: before it there is no agent to go to
    app.room.go_to(full_id(picture.agent))
    await pilot.pause()
    view = app.room.detail.view
    assert view is not None
    assert view.id == full_id(picture.agent)
    for key in picture.keys:
        await pilot.press(key)
        await pilot.pause()
    for name, text in picture.typed:
        field = app.screen.query_one(f"#{name}")
        if isinstance(field, TextArea):
            field.text = text
        elif isinstance(field, Input):
            field.value = text
    view = app.room.detail.view
    if picture.lines and view is not None:
        app.room.load_lines(view.id, view.spawn_id, Chunk(picture.lines))
    if picture.told and view is not None:
        told = tuple(line for activity in picture.told for line in transcribe(activity))
        app.room.load_lines(view.id, view.spawn_id, TranscriptChunk(told))
    await _quiet(pilot)
    if picture.full:
        await pilot.press("ctrl+g")
        await _quiet(pilot)


async def _quiet(pilot: Pilot[int]) -> None:
    """Waits until the form has asked what a spawn would meet, and no caret blinks."""
    app = pilot.app
    for box in app.screen.query("Input, TextArea"):
        if isinstance(box, Input | TextArea):
            box.cursor_blink = False
    await pilot.pause(2 * DEBOUNCE_SECONDS if isinstance(app.screen, SpawnForm) else None)
    await app.workers.wait_for_complete()
    await pilot.pause()
