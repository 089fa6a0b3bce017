"""`archive` as a person types it."""

from pathlib import Path

from swarm.protocol.paths import Layout
from tests.support.cli import swarm_tui
from tests.support.wait import wait_for

TASK = ("--role", "worker", "--task", "Write the summary.", "--accept", "summary.md is there")


def ended(home: Path, name: str) -> None:
    done = "swarm-tui done --summary 'it is there'"
    spawned = swarm_tui("spawn", name, *TASK, "--", "sh", "-c", done, home=home)
    assert spawned.status == 0, spawned.err
    wait_for(lambda: Layout(home).agent(f"genesis-01/{name}").exit.exists(), f"the end of {name}")


def test_what_is_over_is_put_away_listed_and_brought_back(swarm_home: Path) -> None:
    ended(swarm_home, "w")
    ended(swarm_home, "unread")
    assert swarm_tui("read", "w", home=swarm_home).status == 0

    put = swarm_tui("archive", home=swarm_home)
    assert (put.status, put.out) == (0, "genesis-01/w: in the archive\n")
    assert "genesis-01/unread stays: genesis-01/unread has results that are not read" in put.err
    assert "1 agent put away" in put.err

    listed = swarm_tui("archive", "--list", "--json", home=swarm_home).document["archive"]
    assert [(row["id"], row["ending"]) for row in listed] == [("genesis-01/w", "done")]
    assert (Path(listed[0]["path"]) / "results.json").exists()
    assert "genesis-01/w  done" in swarm_tui("archive", "--list", home=swarm_home).out

    back = swarm_tui("archive", "--restore", "w", home=swarm_home)
    assert (back.status, back.out) == (0, "genesis-01/w: back in the tree\n")
    again = swarm_tui("archive", "w", "--json", home=swarm_home).document
    assert [row["id"] for row in again["archived"]] == ["genesis-01/w"]
    restored = swarm_tui("archive", "--restore", listed[0]["key"], "--json", home=swarm_home)
    assert restored.document["restored"] == "genesis-01/w"


def test_a_refusal_says_why_and_what_is_asked_wrongly_is_said(swarm_home: Path) -> None:
    ended(swarm_home, "unread")
    refused = swarm_tui("archive", "unread", home=swarm_home)
    assert refused.status == 3
    assert "has results that are not read" in refused.err
    assert swarm_tui("archive", "--restore", "nobody", home=swarm_home).status == 4
    assert swarm_tui("archive", "w", "--list", home=swarm_home).status == 2
