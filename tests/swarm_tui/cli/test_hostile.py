"""Hostile text of agents, whatever verb prints it: nothing steers the terminal, nothing forges a line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.protocol.paths import Layout
from tests.support.cli import Ran, agent_environment, made_home, spawned, swarm_tui
from tests.support.hostile import HOSTILE, forbidden, steering

AGENT = "genesis-01/w"


def clean(ran: Ran) -> bool:
    return all(set(forbidden(text)) <= {"U+000A"} for text in (ran.out, ran.err))


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with one agent, whose every file is full of what hostile texts there are."""
    with made_home(tmp_path_factory.mktemp("hostile") / "my-swarm") as swarm_home:
        fill(swarm_home)
        yield swarm_home


def fill(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    agent = Layout(swarm_home).agent(AGENT)
    everything = "\n".join(HOSTILE.values()).encode("utf-8", "replace")
    agent.progress.write_bytes(everything + b"\n")
    agent.stdout.write_bytes(everything)
    agent.stderr.write_bytes(everything)
    short = [text[:400] for text in HOSTILE.values()]  # results of more than 1 MiB are not read at all
    agent.results.write_text(
        json.dumps(
            {
                "status": "partial",
                "summary": "\n".join(short),
                "outputs": short,
                "acceptance": [{"text": text, "passed": True} for text in short],
                "finished_at": "\x1b[2J",
                **{text[:100]: text for text in short},
            }
        )
    )
    role = swarm_home / "roles" / "worker.md"
    role.write_text(role.read_text().replace("name: worker", "name: worker\nsummary2: \x1b[2J"))


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("status", "--line"),
        ("status", "--json"),
        ("heartbeat", "--dry-run"),
        ("heartbeat", "--force"),
        ("read", "w"),
        ("read", "w", "--json"),
        ("log", "w"),
        ("log", "w", "--stream", "stderr"),
        ("log", "w", "--json"),
        ("events",),
        ("events", "--json"),
        ("doctor",),
        ("roles",),
        ("roles", "--json"),
    ],
    ids=" ".join,
)
def test_no_verb_lets_hostile_text_through(hostile_home: Path, words: tuple[str, ...]) -> None:
    if words[0] == "events":
        swarm_tui("heartbeat", "--force", home=hostile_home)
    ran = swarm_tui(*words, home=hostile_home)
    assert ran.status == (1 if words[0] == "doctor" else 0), ran.err  # the broken role is an error to it
    assert clean(ran) or (words == ("read", "w") and steering(ran.out) == [])
    if "--json" in words:
        assert ran.out.isascii()
        assert ran.document["schema"] == 1


@pytest.mark.parametrize("name", ["newlines", "unicode-newlines", "carriage-return", "progress-line", "audit-record"])
def test_no_text_adds_a_line_to_a_progress_file_or_a_record_to_the_log(swarm_home: Path, name: str) -> None:
    spawned(swarm_home, "w")
    before = swarm_tui("events", "--json", home=swarm_home).document["events"]
    told = swarm_tui("progress", HOSTILE[name], env=agent_environment(swarm_home, AGENT))
    assert told.status == 0, told.err
    assert told.out.count("\n") == 1
    assert len(Layout(swarm_home).agent(AGENT).progress.read_text().splitlines()) == 1
    swarm_tui("message", "w", HOSTILE[name], home=swarm_home)
    swarm_tui("kill", "w", "--yes", "--grace", "0", "--reason", HOSTILE[name], home=swarm_home)
    shown = swarm_tui("events", home=swarm_home)
    after = swarm_tui("events", "--json", home=swarm_home).document["events"]
    added = after[len(before) :]
    assert len(shown.out.splitlines()) == len(after)
    assert [event["verb"] for event in added if event["verb"] in ("progress", "message")] == ["progress", "message"]
    assert sum(event["verb"] == "kill" for event in added) == 1


def test_an_injection_is_quoted_and_labelled_and_nothing_else_happens(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    swarm_tui("progress", HOSTILE["injection"], env=agent_environment(swarm_home, AGENT))
    row = swarm_tui("status", "--json", home=swarm_home).document["agents"][1]
    assert "injection" in [problem["code"] for problem in row["problems"]]
    assert row["state"] == "fresh"
    assert "!injection" in swarm_tui("status", home=swarm_home).out
