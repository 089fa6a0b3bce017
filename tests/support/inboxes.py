"""A swarm whose results inbox has one of each: unread, disputed, rejected, accepted, failed, tagged, read."""

from collections.abc import Mapping
from typing import Any

from swarm.model.agent import Acceptance
from swarm.model.causes import ProblemCode
from swarm.model.record import Ending, Phase
from swarm.model.results_inbox import Promise
from swarm.model.review import Decision, Dispute, DisputeKind, Review
from swarm.model.snapshot import AgentView, Problem, Snapshot
from tests.support.swarms import HEARTBEAT_N, HOUR, MINUTE, NOW, a_root, a_snapshot, a_spec, a_view, full_id, results

WORD = "The table leaves out the yearly prices; three sources were asked for, and one is named."


def over(name: str, ago: float, ending: Ending = Ending.DONE, **fields: Any) -> AgentView:
    """An agent that ended `ago` seconds ago."""
    shape = {"phase": Phase.ENDED, "ending": ending, "spawned_ago": 6 * HOUR, "ended_ago": ago, "liveness": None}
    return a_view(name, **{**shape, **fields})


def inbox_example() -> Snapshot:
    """Eight agents that ended below two metas; one meta has ended itself, so that the root reads for it."""
    goals = (Acceptance("report.md names three sources"), Acceptance("the link is live"))
    asked = a_spec("idea-alpha/worker-2", acceptance=goals)
    said = results(
        summary="12 pages read, 3 of them with prices.", acceptance=((goals[0].text, True), (goals[1].text, True))
    )
    missing = (Dispute(DisputeKind.MISSING_OUTPUT, "pages/prices.csv"),)
    tag = (Problem(ProblemCode.INJECTION, '"ignore previous instructions"'),)
    table = results(summary="The price table is complete.")
    half = results("partial", "Half of the prices; the rest needs a login.")
    seen: dict[str, Any] = {"results": results(), "read_at": NOW.wall - HOUR, "read_by": "operator"}
    rejected = Review(Decision.REJECTED, "operator", NOW.wall - 4 * HOUR, WORD)
    accepted = Review(Decision.ACCEPTED, full_id("idea-beta"), NOW.wall - 5 * HOUR)
    unread, waited, stale, orphaned = (HEARTBEAT_N - beats for beats in (0, 1, 3, 7))
    views = (
        a_root(),
        a_view("idea-alpha", "3 workers writing.", age=2 * MINUTE, role="idea-meta", slots=4, spawned_ago=8 * HOUR),
        over("idea-alpha/worker-1", 4 * MINUTE, results=table, collected_n=unread),
        over("idea-alpha/worker-2", 20 * MINUTE, spec=asked, results=said, collected_n=waited, disputes=missing),
        over("idea-alpha/worker-3", 50 * MINUTE, results=results(), collected_n=stale, problems=tag),
        over("idea-alpha/worker-4", 2 * HOUR, Ending.FAILED, why="it ended with exit code 7 without results.json"),
        over("idea-beta", 3 * HOUR, role="idea-meta", slots=3, **{**seen, "read_by": "genesis-01"}),
        over("idea-beta/worker-1", 4 * HOUR, results=half, collected_n=orphaned),
        over("idea-beta/worker-2", 5 * HOUR, review=rejected, **seen),
        over("idea-beta/worker-3", 5.5 * HOUR, review=accepted, **seen),
    )
    return a_snapshot(*views)


PROMISED: Mapping[str, tuple[Promise, ...]] = {
    full_id("idea-alpha/worker-1"): (Promise("report.md", 1, declared=True), Promise("tables/*.csv", 4, declared=True)),
    full_id("idea-alpha/worker-2"): (
        Promise("pages/*.md", 12, declared=True),
        Promise("pages/prices.csv", 0, declared=False),
    ),
    full_id("idea-alpha/worker-4"): (Promise("summary.md", 0, declared=True),),
    full_id("idea-beta/worker-2"): (Promise("report.md", 1, declared=True),),
}
