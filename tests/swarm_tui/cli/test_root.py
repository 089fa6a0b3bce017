"""The root on the command line: its waking in the plan and the record, what it may do in its turn, how it is shown."""

import json
from pathlib import Path

from swarm.api import Swarm
from swarm.model.record import Phase
from tests.support.cli import swarm_tui
from tests.support.wait import wait_for

ROOT = "genesis-01"
TURN = (
    'cat > heard; swarm-tui spawn first --role worker --task "Do it." -- true && swarm-tui heartbeat; echo "One idea."'
)
POLICY = f"""
[root]
on = true
program = "mind"

[programs.mind]
kind = "command"
argv = ["sh", "-c", {json.dumps(TURN)}]

[schedule]
"""


def test_a_heartbeat_says_beforehand_and_afterwards_that_it_wakes_the_root(swarm_home: Path) -> None:
    (swarm_home / "swarm.toml").write_text(POLICY)

    plan = swarm_tui("heartbeat", "--dry-run", home=swarm_home)
    assert f"wake        {ROOT}: its turn, with the digest of heartbeat 1" in plan.out
    document = swarm_tui("heartbeat", "--dry-run", "--json", home=swarm_home).document
    assert [(each["act"], each["agent"]) for each in document["actions"]] == [("wake", ROOT)]
    assert not (swarm_home / "swarm/agents" / ROOT / "heard").exists()

    beaten = swarm_tui("heartbeat", "--json", home=swarm_home).document
    assert [(each["action"], each["agent"]) for each in beaten["actions"]] == [("wake", ROOT)]
    assert (beaten["tokens"], beaten["cost_usd"]) == (0, 0.0)

    swarm = Swarm.open(swarm_home)
    wait_for(lambda: _rests(swarm), "the turn to end")
    assert "# Heartbeat 1," in (swarm_home / "swarm/agents" / ROOT / "heard").read_text()
    [agent] = [each for each in swarm_tui("status", "--json", home=swarm_home).document["agents"] if each["id"] == ROOT]
    assert (agent["state"], "with the words: One idea." in agent["why"]) == ("idle", True)
    events = swarm_tui("events", "--json", home=swarm_home).document["events"]
    said = [
        (each["verb"], each["actor"], each["ok"], each["code"])
        for each in events
        if each["verb"] not in ("init", "end", "notify")
    ]
    assert said[:4] == [
        ("heartbeat", "operator", True, ""),
        ("wake", "engine", True, ""),
        ("spawn", ROOT, True, ""),
        ("heartbeat", ROOT, False, "half-period"),
    ]
    swarm.kill([ROOT])


def _rests(swarm: Swarm) -> bool:
    swarm.settle()
    record = swarm.home.ledger.read().agents.get(ROOT)
    return record is not None and record.phase is Phase.IDLE
