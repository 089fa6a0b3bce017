"""The swarm of the first picture: an ordinary night, twelve agents and two that need somebody."""

from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import Snapshot
from tests.support.swarms import (
    HEARTBEAT_N,
    HOUR,
    LOOP,
    MINUTE,
    NOW,
    a_root,
    a_snapshot,
    a_view,
    an_exit,
    full_id,
    results,
    some_beats,
)


def glance_example() -> Snapshot:
    """Twelve agents below the root: one is silent for too long, one goes round; the others are at work, or done."""
    looping = full_id("idea-beta/worker-2")
    silent = full_id("idea-alpha/worker-2")
    views = (
        a_root("Portfolio reviewed; two ideas are funded."),
        a_view("idea-alpha", "3 workers writing.", age=2 * MINUTE, role="idea-meta", slots=4, spawned_ago=3 * HOUR),
        a_view("idea-alpha/worker-1", "Analysis: 800/2000 words.", age=MINUTE, outputs=(12,)),
        a_view("idea-alpha/worker-2", "Fetching sources.", age=33 * MINUTE, outputs=(2,)),
        a_view("idea-alpha/worker-3", "Prices of 7/10 shops.", age=4 * MINUTE, outputs=(7,)),
        a_view("idea-beta", "Comparing two drafts.", age=6 * MINUTE, role="idea-meta", slots=4, spawned_ago=2 * HOUR),
        a_view("idea-beta/worker-1", "Section 3 of 5 done.", age=3 * MINUTE, outputs=(3,)),
        a_view("idea-beta/worker-2", *LOOP, age=2 * MINUTE, spawned_ago=2 * HOUR),
        a_view("idea-beta/worker-3", "Rendering figures.", age=8 * MINUTE, outputs=(5,)),
        a_view(
            "idea-beta/worker-4",
            "Wrote the summary.",
            age=24 * MINUTE,
            phase=Phase.ENDED,
            ending=Ending.DONE,
            collected_n=HEARTBEAT_N - 1,
            ended_ago=22 * MINUTE,
            exit=an_exit("idea-beta/worker-4", 0),
            results=results(summary="The price table is complete.", age=22 * MINUTE, outputs=("out/prices.csv",)),
        ),
        a_view("scout-01", "5/10 pages read, 3 with prices.", age=5 * MINUTE, role="scout", outputs=(5,)),
        a_view("improvement-01", "Auditing three heartbeats.", age=7 * MINUTE, role="improvement"),
        a_view("diagnostic-01", age=None, role="diagnostic", reserve=True, spawned_ago=40.0),
    )
    alerts = (
        Alert(silent, AlertCause.INVESTIGATE, "silent 31m", "spawn-worker-2", NOW.wall - MINUTE, NOW.wall - MINUTE),
        Alert(looping, AlertCause.LOOPING, "6 times the same", "spawn-worker-2", NOW.wall - MINUTE, NOW.wall - MINUTE),
    )
    return a_snapshot(*views, alerts=alerts, beats=some_beats(), revision=2210)
