"""What agents call many times an hour imports only what it needs."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from swarm.model.verbs import BY_NAME
from swarm_tui.cli.commands.reports import plain_progress
from swarm_tui.cli.parser import parser_of
from tests.support.cli import agent_environment, environment, spawned, swarm_tui
from tests.support.hooked import Hooked

PROBE = """
import json, sys
from swarm_tui.cli.main import main
status = main(sys.argv[1:])
print(json.dumps({"status": status, "modules": sorted(sys.modules)}), file=sys.stderr)
"""
SCREEN = {"textual", "watchfiles", "psutil", "rich", "click", "widgets"}
HEAVY = {
    "pydantic",
    "yaml",
    "dataclasses",
    "msgspec",
    "swarm.model.agent",
    "swarm.config",
    "swarm.ledger.ledger",
    "swarm.home.context",
    "swarm.api",
}
CHECKERS = {"pydantic", "yaml", "tomllib"}
"""What checks swarm.toml and role files, once per edit."""
ROOM = """
import asyncio, json, sys
from pathlib import Path
from swarm.api import Swarm
from swarm.protocol.paths import Layout
from swarm_tui.app.app import SwarmApp
async def look():
    app = SwarmApp(Swarm.open(Layout(Path(sys.argv[1]))), beats=False)
    async with app.run_test() as pilot:
        await pilot.pause()
        return len(app.room.snapshot.agents)
print(json.dumps({"agents": asyncio.run(look()), "modules": sorted(sys.modules)}))
"""
WORKER = ("--role", "worker", "--task", "t", "--accept", "there is a table")


def imported(*words: str, env: dict[str, str], stdin: str = "") -> set[str]:
    """The modules that a verb has loaded at its end, after it has done its work."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        capture_output=True,
        text=True,
        input=stdin,
        env=environment(env),
        timeout=60,
        check=False,
    )
    told = json.loads(ran.stderr.splitlines()[-1])
    assert told["status"] == 0, ran.stderr
    return set(told["modules"])


@pytest.mark.parametrize(
    "words",
    [
        ("progress", "page 3 of 12", "--outputs", "1"),
        ("done", "--summary", "three pages", "--output", "a.md"),
        ("spawn", "w", *WORKER, "--", "sleep", "600"),
        ("message", "helper", "hello"),
        ("read", "helper"),
    ],
    ids=lambda words: words[0],
)
def test_what_agents_call_loads_no_screen_and_no_watcher(swarm_home: Path, words: Sequence[str]) -> None:
    spawned(swarm_home, "idea", role="idea-meta")
    spawned(swarm_home, "helper", parent="idea")
    if words[0] == "read":
        swarm_tui("done", "--summary", "x", env=agent_environment(swarm_home, "genesis-01/idea/helper"))
    loaded = imported(*words, env=agent_environment(swarm_home, "genesis-01/idea"))
    assert not loaded & (SCREEN | CHECKERS)
    if words[0] in ("progress", "done"):
        assert not loaded & HEAVY
    if words[0] == "progress":
        assert not loaded & {"swarm.sanitize", "swarm.protocol.results"}, "a line of progress needs neither"
        assert not loaded & PARSER, "its usual words are read without it"


PARSER = {"argparse", "swarm_tui.cli.parser", "swarm.model.verb", "swarm.model.verbs", "gettext", "locale"}
"""What hooks and the usual line of progress do without: agents' programs call them all the time."""


def test_no_hook_loads_a_screen_a_parser_or_anything_heavy(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path / "home")
    hooked.guard(scope="owns", writable=[hooked.dir.path])
    calls: dict[str, list[dict[str, object]]] = {
        "guard": [
            {"tool_name": "Write", "tool_input": {"file_path": "/etc/passwd"}},
            {"tool_name": "Bash", "tool_input": {"command": "rm .run"}},
        ],
        "after": [{"hook_event_name": "PostToolUse"}],
        "stop": [{"hook_event_name": "Stop"}, {"hook_event_name": "Stop", "stop_hook_active": True}],
        "end": [{"hook_event_name": "SessionEnd"}],
        "session": [{"hook_event_name": "SessionStart", "session_id": "s-1"}],
    }
    for which, inputs in calls.items():
        for given in inputs:
            hooked.dir.inbox.write_text("## 2026-02-28 09:33:00+00:00 from operator\n\n> Hello.\n")
            loaded = imported("hook", which, env=hooked.env, stdin=json.dumps(given))
            assert not loaded & (SCREEN | HEAVY | PARSER | {"swarm_tui.cli.commands.common"}), which


@pytest.mark.parametrize("asked", [("kill", ""), ("spawn", "x", "--role", ""), ("ack", ""), ("heartb",)], ids=" ".join)
def test_a_tab_loads_neither_the_engine_nor_the_parser(swarm_home: Path, asked: Sequence[str]) -> None:
    loaded = imported("completion", "zsh", "--", *asked, env={"SWARM_HOME": str(swarm_home)})
    assert not loaded & (SCREEN | HEAVY | CHECKERS | {"argparse", "swarm_tui.cli.parser", "swarm.ledger"})


def test_a_look_loads_no_screen_either(swarm_home: Path) -> None:
    for words in (
        ("status",),
        ("status", "--line"),
        ("status", "--json"),
        ("events",),
        ("results",),
        ("heartbeat", "--dry-run"),
    ):
        loaded = imported(*words, env={"SWARM_HOME": str(swarm_home)})
        assert not loaded & {"textual", "watchfiles", "psutil", "click"}


def test_in_a_home_whose_settings_were_checked_no_verb_checks_them_again(swarm_home: Path) -> None:
    env = {"SWARM_HOME": str(swarm_home)}
    assert swarm_tui("spawn", "first", *WORKER, "--", "sleep", "600", env=env).status == 0
    for words in (
        ("status",),
        ("status", "--line"),
        ("spawn", "second", *WORKER, "--", "sleep", "600"),
        ("heartbeat",),
        ("events",),
        ("kill", "second", "--yes"),
    ):
        assert not imported(*words, env=env) & CHECKERS, words


SOURCE = {"typing_extensions", "inspect", "ast", "tokenize"}
"""What msgspec would have typing_extensions bring in: Python's readers of its own source."""
STARTS = {"swarm.programs.command", "swarm.programs.preflight", "subprocess", "shutil", "lzma"}
"""What the start of an agent needs."""
READS = {"swarm.programs.fold", "swarm.programs.follower", "swarm.programs.claude"}
"""What reads the output of coding agents: there is none in this home."""
SCAN = {"swarm.scan.scanner", "swarm.probes.probes"}
JUDGES = {"swarm.injection.examiner", "swarm.rules.health", "swarm.rules.looping.sentences"}
"""What judges the texts of agents, and whether they are well."""
PLANS = {"swarm.rules.plan", "swarm.heartbeat"}


@pytest.mark.parametrize(
    ("words", "without", "modules_of_ours"),
    [
        (("events",), SOURCE | STARTS | READS | SCAN | JUDGES | PLANS | {"hashlib", "swarm.model.snapshot"}, 110),
        (("kill", "idea", "--yes"), SOURCE | STARTS | READS | SCAN | JUDGES | PLANS | {"widgets"}, 190),
        (("status",), SOURCE | STARTS | READS | PLANS, 250),
        (("status", "--json"), SOURCE | READS | PLANS | {"widgets", "swarm.programs.command"}, 235),
        (("results",), SOURCE | STARTS | READS | PLANS, 245),
        (("heartbeat", "--dry-run"), SOURCE | {"widgets"}, 340),
        (
            ("spawn", "w", *WORKER, "--", "sleep", "600"),
            SOURCE | READS | PLANS | {"widgets", "swarm.rules.health"},
            300,
        ),
    ],
    ids=lambda part: " ".join(part[:2]) if isinstance(part, tuple) else "",
)
def test_a_verb_imports_only_what_it_speaks_of(
    swarm_home: Path, words: Sequence[str], without: set[str], modules_of_ours: int
) -> None:
    env = {"SWARM_HOME": str(swarm_home)}
    assert swarm_tui("spawn", "idea", *WORKER, "--", "sleep", "600", env=env).status == 0
    loaded = imported(*words, env=env)
    assert not loaded & without, sorted(loaded & without)
    assert len({name for name in loaded if name.startswith(("swarm", "widgets"))}) <= modules_of_ours


def test_an_edit_is_checked_by_the_next_verb_alone(swarm_home: Path) -> None:
    env = {"SWARM_HOME": str(swarm_home)}
    (swarm_home / "swarm.toml").write_text("[slots]\nmax = 7\n")
    assert "pydantic" in imported("status", env=env)
    assert "pydantic" not in imported("status", env=env)


def test_the_first_picture_of_a_control_room_checks_nothing_that_was_checked(swarm_home: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ROOM, swarm_home],
        capture_output=True,
        text=True,
        env=environment({}),
        timeout=60,
        check=False,
    )
    shown = json.loads(ran.stdout.splitlines()[-1])
    assert shown["agents"] == 1
    assert not set(shown["modules"]) & CHECKERS


@pytest.mark.parametrize(
    "words",
    [
        ("one sentence",),
        ("several", "words", ""),
        ("page 3 of 12", "--outputs", "3"),
        ("several", "words", "--outputs", "007"),
        ("",),
    ],
)
def test_the_usual_line_of_progress_means_the_same_without_the_parser(words: Sequence[str]) -> None:
    parsed = parser_of(BY_NAME["progress"]).parse_args(list(words))
    assert plain_progress(words) == (parsed.text, parsed.outputs)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--outputs", "3"),
        ("three", "--outputs"),
        ("three", "--outputs", "many"),
        ("three", "--outputs", "\u0663"),
        ("three", "--outputs", "1234567890"),
        ("--outputs", "3", "three"),
        ("three", "--json"),
        ("--", "-three"),
        ("-three",),
    ],
)
def test_any_other_line_of_progress_is_left_to_the_parser(words: Sequence[str]) -> None:
    assert plain_progress(words) is None


def test_only_the_chosen_verbs_module_is_imported(swarm_home: Path) -> None:
    loaded = imported("roles", env={"SWARM_HOME": str(swarm_home)})
    ours = {name for name in loaded if name.startswith("swarm_tui.cli.commands.")}
    assert ours == {"swarm_tui.cli.commands.common", "swarm_tui.cli.commands.homes"}
