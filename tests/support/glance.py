"""The swarm of one glance: a dozen agents, most of them well, two of which need a person."""

from swarm.model.agent import Usage
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
    full_id,
    results,
    some_beats,
)

TROUBLED = ("docs/worker-typescript-17", "api/worker-migrations-2")
"""Who needs a person: one has fallen silent, one goes round in circles."""


def glance() -> Snapshot:
    """Twelve agents beside the root, two of them in trouble."""
    busy, quiet = Usage(4211, 3, 41.5, 410 << 20), Usage(4301, 2, 0.0, 180 << 20)
    views = (
        a_root("Both branches are under way."),
        a_view("api", "Three workers on the endpoints.", age=2 * MINUTE, role="idea-meta", slots=4, usage=busy),
        a_view("api/worker-endpoints", "Wrote 14 of 20 handlers.", age=MINUTE, outputs=(14,), usage=busy),
        a_view("api/worker-migrations-1", "Migration 7 runs on a copy.", age=4 * MINUTE, outputs=(7,), usage=busy),
        a_view("api/worker-migrations-2", *LOOP, age=3 * MINUTE, spawned_ago=2 * HOUR, outputs=(3,) * len(LOOP)),
        a_view("docs", "Two workers write, one has finished.", age=5 * MINUTE, role="idea-meta", slots=4, usage=busy),
        a_view("docs/worker-python-16", "Section 4 of 6 is written.", age=6 * MINUTE, outputs=(4,), usage=busy),
        a_view("docs/worker-typescript-17", "Reading the reference.", age=38 * MINUTE, outputs=(1,), usage=quiet),
        a_view(
            "docs/worker-readme",
            "The README is written.",
            age=25 * MINUTE,
            outputs=(1,),
            phase=Phase.ENDED,
            ending=Ending.DONE,
            collected_n=HEARTBEAT_N - 1,
            results=results(summary="README with a quick start.", age=12 * MINUTE),
            ended_ago=12 * MINUTE,
        ),
        a_view("scout-prices", "Browsed 5 of 10 pages.", age=4 * MINUTE, role="scout", outputs=(5,), usage=busy),
        a_view("improve-ci", "The build takes 3:10 now.", age=7 * MINUTE, role="improvement", usage=busy),
        a_view("review", "Read 9 of 12 changes.", age=MINUTE, outputs=(9,), usage=busy),
        a_view("nightly", "Waiting for the tag.", age=9 * MINUTE, usage=quiet),
    )
    alerts = tuple(
        Alert(full_id(agent), cause, why, f"spawn-{agent.rpartition('/')[2]}", NOW.wall - ago, NOW.wall - ago)
        for agent, cause, why, ago in (
            (TROUBLED[0], AlertCause.INVESTIGATE, "silent 37m: no line in progress.md since 09:03", MINUTE),
            (TROUBLED[1], AlertCause.LOOPING, "its last 6 updates say the same", 2 * MINUTE),
        )
    )
    return a_snapshot(*views, alerts=alerts, beats=some_beats(), revision=2210)
