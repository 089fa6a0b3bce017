"""`results` as a person and an agent type it."""

from pathlib import Path

from swarm.protocol.paths import Layout
from tests.support.cli import swarm_tui
from tests.support.wait import wait_for

TASK = ("--role", "worker", "--task", "Write the summary.", "--accept", "summary.md is there", "--output", "summary.md")


def test_failure_8_results_lists_who_reported_and_what_was_decided(swarm_home: Path) -> None:
    done = "echo x > summary.md; swarm-tui done --summary 'it is there' --output summary.md"
    for name, command in (("w", done), ("crash", "exit 3")):
        swarm_tui("spawn", name, *TASK, "--", "sh", "-c", command, home=swarm_home)
        wait_for(Layout(swarm_home).agent(f"genesis-01/{name}").exit.exists, f"the end of {name}")
    assert swarm_tui("accept", "w", "--why", "as asked", home=swarm_home).status == 0

    listed = swarm_tui("results", home=swarm_home)
    assert listed.status == 0
    crash, w = listed.out.splitlines()
    assert "crash" in crash
    assert "0/1 out" in crash
    assert "accepted" in w
    assert "1/1 out" in w
    assert "2 agents reported or ended, 1 to be seen to" in listed.err

    documents = swarm_tui("results", "--json", home=swarm_home).document["results"]
    assert [row["id"] for row in documents] == ["genesis-01/crash", "genesis-01/w"]
    row = documents[1]
    assert row["promised"] == [{"what": "summary.md", "declared": True, "files": 1}]
    assert (row["review"]["decision"], row["review"]["why"], row["read_by"]) == ("accepted", "as asked", "operator")
    assert row["outcomes"] == [{"text": "summary.md is there", "passed": None}]
    unread = swarm_tui("results", "--unread", "--json", home=swarm_home).document["results"]
    assert [row["id"] for row in unread] == ["genesis-01/crash"]
