"""A whole swarm of real programs: a root that spawns an idea meta that spawns two workers, under four slots."""

import json

from swarm.model.record import Ending, Phase
from tests.support.model_scripts import Answer, Seen, Usage, by_word, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
RULES = """
[root]
on = true
program = "claude"
"""
META = "genesis-01/idea-alpha"
PART = f"swarm/agents/{META}/w1/part.md"


def worker(seen: Seen) -> Answer:
    """Writes one part."""
    turns = [
        shell('echo part > part.md; swarm-tui progress "The part is written." --outputs 1', Usage(100, 10)),
        shell('swarm-tui done --summary "one part" --output part.md', Usage(200, 20)),
        say("Done.", Usage(300, 30)),
    ]
    return turns[min(seen.turns, 2)]


def meta(seen: Seen) -> Answer:
    """Spawns two workers, is refused a third that is too large, waits for them, reads them, reports."""
    both = "until [ -e w1/results.json ] && [ -e w2/results.json ]; do sleep 0.2; done"
    turns = [
        shell(
            f'swarm-tui spawn w1 --role worker --task "Write part one." --accept "part one is there::test -e {PART}"'
        ),
        shell('swarm-tui spawn w2 --role worker --task "Write part two." --accept "part two is there"'),
        shell('swarm-tui spawn w3 --role worker --slots 3 --task "Too much." --accept "nothing"'),
        shell(f'swarm-tui progress "Two workers write." --outputs 0; {both}'),
        shell("swarm-tui read w1; swarm-tui read w2"),
        shell('swarm-tui done --summary "both parts are there"'),
        say("Done."),
    ]
    return turns[min(seen.turns, len(turns) - 1)]


def genesis(seen: Seen) -> Answer:
    """First turn: spawns the idea meta. Second: reads what came of it."""
    if any("both parts are there" in result.text for result in seen.results):
        return say("Read. Nothing else today.")
    if len(seen.users) > 1:
        return shell("swarm-tui read idea-alpha")
    if not seen.results:
        return shell(
            'swarm-tui spawn idea-alpha --role idea-meta --slots 4 --task "Two parts." --accept "both parts are there"'
        )
    return say("One idea is under way.")


def test_a_root_an_idea_meta_and_two_workers_go_through_a_whole_cycle(real: ProgramHome) -> None:
    script = by_word(
        {f"You are `{META}/w1`": worker, f"You are `{META}/w2`": worker, f"You are `{META}`": meta}, genesis
    )
    real.use("claude", script, more=RULES)
    real.sized(4)
    first = real.swarm.beat(by="test", force=True)
    assert any(action.action == "wake" for action in first.actions), first.actions
    wait_for(lambda: META in real.state.agents, "genesis to spawn the idea meta", ENDS_S)
    both = {f"{META}/w1", f"{META}/w2"}
    wait_for(lambda: both <= set(real.state.agents), "the idea meta to spawn its workers", ENDS_S)
    wait_for(lambda: real.layout.agent(META).exit.exists(), "the idea meta to end", 90)
    second = real.swarm.beat(by="test", force=True)
    state = real.state
    for agent_id in (META, f"{META}/w1", f"{META}/w2"):
        record = state.agents[agent_id]
        assert (record.phase, record.ending) == (Phase.ENDED, Ending.DONE), (record.why, real.said(agent_id))
        assert record.collected_n is not None
    assert f"{META}/w3" not in state.agents
    refused = [event for event in real.swarm.events() if event.verb == "spawn" and not event.ok]
    assert [event.agent for event in refused] == [f"{META}/w3"]
    assert second.slots["used"] == 0
    assert real.swarm.snapshot().slots.used == 0
    wait_for(lambda: real.swarm.settle() is not None and turns_of_the_root(real) == 2, "the root's second turn", ENDS_S)
    assert "idea-alpha" in real.asked("claude")[-1].user
    assert second.passed
    wait_for(lambda: real.state.outcomes == (1, 0), "the check of an outcome, beside the heartbeat", ENDS_S)
    assert real.state.agents[META].read_by == "genesis-01"
    assert len({session(seen) for seen in real.asked("claude")}) == 4
    assert not real.left()


def session(seen: Seen) -> str:
    """The session of the program that asked: one for each of them."""
    return str(json.loads(seen.body["metadata"]["user_id"])["session_id"])


def turns_of_the_root(real: ProgramHome) -> int:
    """Turns of the root that went well."""
    return sum(event.verb == "turn" and event.ok for event in real.swarm.events(agent="genesis-01"))
