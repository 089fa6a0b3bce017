"""`swarm-tui hook guard`: what an agent may not write, it is kept from; what cannot be judged is not let through."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import COMMAND, environment
from tests.support.hooked import SPAWN, Hooked


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path / "home")


@pytest.fixture
def held(hooked: Hooked) -> Hooked:
    """The same agent, held to its own directory and a part of the home."""
    hooked.guard(scope="owns", writable=[hooked.dir.path, hooked.root / "site"])
    return hooked


def test_what_is_in_scope_is_left_to_the_programs_own_rules(held: Hooked) -> None:
    for path in (
        held.dir.path / "work" / "a.md",
        held.dir.progress,
        held.dir.results,
        held.root / "site/new/deep/x.html",
    ):
        for tool in ("Write", "Edit", "MultiEdit"):
            assert held.write(path, tool).let_through, path
    assert held.write(held.dir.path / "n.ipynb", "NotebookEdit").let_through
    assert held.write("work/relative.md").let_through
    assert held.events("guard") == []


def test_what_is_out_of_scope_is_denied_with_what_to_do_instead(held: Hooked) -> None:
    for tool in ("Write", "Edit", "MultiEdit", "NotebookEdit"):
        answered = held.write(held.root / "other" / "a.md", tool)
        assert answered.denied
        assert str(held.dir.path) in answered.reason
        assert "Put the file there" in answered.reason
    lines = held.events("guard")
    assert len(lines) == 4
    assert {(line["actor"], line["agent"], line["ok"], line["code"]) for line in lines} == {
        (held.id, held.id, False, "outside")
    }
    assert lines[0]["tool"] == "Write"
    assert lines[0]["spawn_id"] == SPAWN


@pytest.mark.parametrize(
    "spelt",
    [
        "../../../../../other.md",
        "work/../../other.md",
        "{home}/site/../other.md",
        "{home}//other.md",
        "~/other.md",
        "/etc/passwd",
    ],
)
def test_a_path_is_judged_by_where_it_leads(held: Hooked, spelt: str) -> None:
    assert held.write(spelt.format(home=held.root)).denied


def test_a_link_out_of_the_scope_is_no_way_out(held: Hooked, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("a")
    inside = held.dir.path
    (inside / "door").symlink_to(outside)
    (inside / "file").symlink_to(outside / "a.md")
    (inside / "dangling").symlink_to(outside / "later.md")
    (inside / "chain").symlink_to(inside / "door")
    for path in ("door/a.md", "door/new/b.md", "file", "dangling", "chain/a.md", "door/../x.md"):
        assert held.write(inside / path).denied, path


def test_a_link_from_outside_into_the_scope_is_not_written_through(held: Hooked, tmp_path: Path) -> None:
    # A program may put a new file in the link's place, which lies outside.
    (tmp_path / "in").symlink_to(held.dir.path / "a.md")
    assert held.write(tmp_path / "in").denied


def test_a_second_name_of_a_foreign_file_is_no_way_out(held: Hooked, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("v")
    os.link(tmp_path / "victim", held.dir.path / "mine.md")
    answered = held.write(held.dir.path / "mine.md")
    assert answered.denied
    assert "hard link" in answered.reason


def test_a_loop_of_links_is_denied(held: Hooked) -> None:
    (held.dir.path / "one").symlink_to(held.dir.path / "two")
    (held.dir.path / "two").symlink_to(held.root / "one")
    (held.root / "one").symlink_to(held.dir.path / "one")
    assert held.write(held.dir.path / "one").denied


def engines_files(hooked: Hooked) -> list[Path]:
    sibling = hooked.add("genesis-01/idea/worker-2")
    child = hooked.add(f"{hooked.id}/helper")
    own = hooked.dir
    return [
        *(
            hooked.layout.state,
            hooked.layout.rev(3),
            hooked.layout.events,
            hooked.layout.heartbeats,
            hooked.layout.lock,
            hooked.layout.checked,
        ),
        *(hooked.layout.policy, hooked.layout.template("worker"), hooked.layout.agents / "new-agent" / "agent.json"),
        *(own.spec, own.exit, own.ended, own.task, own.inbox, own.guard, own.settings, own.order, own.stdout),
        *(sibling.progress, sibling.results, sibling.path / "work" / "a.md", sibling.inbox),
        *(child.progress, child.spec, child.guard, child.inbox, own.path / "later" / "agent.json"),
        *(hooked.layout.agent("genesis-01").progress, hooked.layout.agent("genesis-01/idea").results),
    ]


def test_the_engines_files_are_nobodys_to_write_with_or_without_a_scope(hooked: Hooked) -> None:
    for scope in ("", "owns"):
        hooked.guard(scope=scope, writable=[hooked.root])
        for path in engines_files(hooked):
            answered = hooked.write(path)
            assert answered.denied, path
            assert "swarm-tui progress" in answered.reason


def test_case_and_a_second_name_do_not_hide_the_engines_files(hooked: Hooked) -> None:
    for path in (hooked.root / "swarm" / "STATE.json", hooked.dir.path / "Agent.JSON", hooked.dir.path / ".RUN" / "x"):
        assert hooked.write(path).denied, path
    os.link(hooked.layout.state, hooked.dir.path / "copy.json")
    assert hooked.write(hooked.dir.path / "copy.json").denied
    (hooked.dir.path / "state").symlink_to(hooked.layout.state)
    assert hooked.write(hooked.dir.path / "state").denied


def test_an_agent_without_a_scope_writes_elsewhere_as_its_operator_may(hooked: Hooked, tmp_path: Path) -> None:
    for path in (tmp_path / "project" / "a.py", hooked.root / "site" / "index.html", hooked.root / "notes.md"):
        assert hooked.write(path).let_through, path
    assert hooked.write(hooked.dir.path / "work" / "agent.json").let_through  # nobody looks for agents in there


def test_a_path_that_was_given_away_by_name_may_be_written_where_another_agent_lives(hooked: Hooked) -> None:
    shared = hooked.layout.agent("genesis-01/idea").path / "shared"
    hooked.guard(scope="owns", writable=[hooked.dir.path, shared])
    assert hooked.write(shared / "plan.md").let_through
    assert hooked.write(shared / "agent.json").denied
    assert hooked.write(shared.parent / "plan.md").denied


@pytest.mark.parametrize(
    "command",
    [
        "echo x > $SWARM_HOME/swarm/state.json",
        'echo x >> "${SWARM_HOME}/swarm/events.jsonl"',
        "cd ../../.. && cat a.txt | tee -a ../state.json",
        "rm -rf .run",
        "rm -rf $SWARM_HOME",
        "sudo rm -r ..",
        "mv agent.json /tmp/x",
        "cp /tmp/x exit.json",
        "ln -sf /tmp/x inbox.md",
        "sed -i s/1/2/ ../worker-2/progress.md",
        "bash -c 'rm -f .run/guard.json'",
        "true; { touch .run/x; }",
        "dd if=/dev/zero of=$SWARM_HOME/swarm/lock",
        "find .. -name progress.md -delete",
        "x=$(truncate -s 0 ../worker-2/results.json)",
        "echo y 2> log/stderr",
    ],
)
def test_a_command_that_plainly_writes_the_engines_files_is_denied(hooked: Hooked, command: str) -> None:
    hooked.add("genesis-01/idea/worker-2")
    assert hooked.bash(command).denied
    assert hooked.events("guard")[-1]["tool"] == "Bash"


@pytest.mark.parametrize(
    "command",
    [
        "cat $SWARM_HOME/swarm/state.json > copy.json",
        "echo 'rm .run' >> progress.md",
        "grep -r x .. > found.txt 2>&1",
        "cp ../worker-2/results.json work/",
        "rm -rf work node_modules",
        "swarm-tui done --summary 'a > b'",
        "",
        "echo \"unclosed > 'quotes",
        "mkdir -p work && cd work && touch agent.json",
        "git commit -qm 'state.json > events.jsonl'",
    ],
)
def test_any_other_command_is_left_to_the_programs_own_rules(hooked: Hooked, command: str) -> None:
    hooked.add("genesis-01/idea/worker-2")
    assert hooked.bash(command).let_through


def test_other_tools_are_none_of_its_business(hooked: Hooked) -> None:
    for tool in ("Read", "Grep", "WebFetch", "mcp__swarm__spawn", "SomethingNew"):
        assert hooked.tool(tool, {"file_path": "/etc/passwd"}).let_through


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"tool_name": "Write"}',
        b'{"tool_name": 3, "tool_input": {}}',
        b'{"tool_name": "Write", "tool_input": []}',
        b'{"tool_name": "Write", "tool_input": {}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": 7}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": ""}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": "a\\u0000b"}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": "\\ud800"}}',
        b'{"tool_name": "Write", "cwd": "relative", "tool_input": {"file_path": "a"}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": "' + b"a/" * 5000 + b'"}}',
        b'{"tool_name": "Bash", "tool_input": {"command": null}}',
        b'{"tool_name": "NotebookEdit", "tool_input": {"file_path": "a"}}',
        b'{"tool_input": {"file_path": "a"}}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"tool_name": "Write", "tool_input": {"file_path": "a", "n": NaN}}',
        b'{"tool_name": "Read", "tool_input": {}, "pad": "' + b"x" * (10 << 20) + b'"}',
    ],
    ids=range(23),
)
def test_what_cannot_be_understood_is_not_let_through(hooked: Hooked, given: bytes) -> None:
    answered = hooked.call("guard", given)
    assert answered.status == 2
    assert answered.err.startswith("swarm-tui hook guard: ")
    assert answered.out == b""
    assert hooked.events("guard")[-1]["ok"] is False


def replaced(text: str) -> Callable[[Hooked], object]:
    return lambda hooked: hooked.dir.guard.write_text(text)


def linked(hooked: Hooked) -> None:
    kept = hooked.root / "guard.json"
    hooked.dir.guard.rename(kept)
    hooked.dir.guard.symlink_to(kept)


def made_a_fifo(hooked: Hooked) -> None:
    hooked.dir.guard.unlink()
    os.mkfifo(hooked.dir.guard)


def made_a_directory(hooked: Hooked) -> None:
    hooked.dir.guard.unlink()
    hooked.dir.guard.mkdir()


BREAKAGES: dict[str, Callable[[Hooked], object]] = {
    "missing": lambda hooked: hooked.dir.guard.unlink(),
    "empty": replaced(""),
    "cut": replaced('{"schema": 1, "spawn_id"'),
    "an array": replaced("[]"),
    "a link": linked,
    "a fifo": made_a_fifo,
    "a directory": made_a_directory,
    "of another spawn": lambda hooked: hooked.guard(spawn_id="f" * 32),
    "of another agent": lambda hooked: hooked.guard(agent="genesis-01/other"),
    "of another home": lambda hooked: hooked.guard(home="/nowhere"),
    "without a scope": lambda hooked: hooked.guard(scope=None),  # type: ignore[arg-type]  # what a broken writer leaves
    "without lists": lambda hooked: hooked.dir.guard.write_text(
        json.dumps({"spawn_id": SPAWN, "agent": hooked.id, "home": str(hooked.root), "scope": ""})
    ),
    "with relative paths": lambda hooked: hooked.guard(writable=["work"]),
    "too large": lambda hooked: hooked.guard(more="x" * (2 << 20)),
    "without its directory": lambda hooked: shutil.rmtree(hooked.dir.path),
    "without its home": lambda hooked: shutil.rmtree(hooked.root),
}


@pytest.mark.parametrize("change", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_without_a_guard_that_is_its_own_nothing_is_let_through(
    hooked: Hooked, change: Callable[[Hooked], object]
) -> None:
    change(hooked)
    assert hooked.call("guard", {"tool_name": "Write", "tool_input": {"file_path": "a.md"}}).status == 2
    assert hooked.call("guard", {"tool_name": "Bash", "tool_input": {"command": "ls"}}).status == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_guard_that_may_not_be_read_lets_nothing_through(hooked: Hooked) -> None:
    hooked.dir.guard.chmod(0)
    assert hooked.write("a.md").status == 2


@pytest.mark.parametrize(
    "env",
    [
        {"SWARM_HOME": ""},
        {"SWARM_AGENT": ""},
        {"SWARM_SPAWN": ""},
        {"SWARM_SPAWN": "another"},
        {"SWARM_AGENT": "../../../etc"},
        {"SWARM_AGENT": "genesis-01/idea"},
        {"SWARM_HOME": "relative"},
        {"SWARM_HOME": "/nonexistent"},
    ],
)
def test_an_environment_that_is_not_the_agents_lets_nothing_through(hooked: Hooked, env: dict[str, str]) -> None:
    given = {"tool_name": "Write", "tool_input": {"file_path": "a.md"}}
    answered = hooked.call("guard", given, env)
    assert answered.status == 2
    assert answered.err


def test_a_denial_does_not_wait_for_the_audit_log(held: Hooked) -> None:
    with held.layout.events.open("a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        assert held.write("/etc/passwd").denied
    assert held.events("guard") == []


def test_a_log_that_cannot_be_written_changes_no_decision(held: Hooked) -> None:
    held.layout.events.unlink()
    held.layout.events.mkdir()
    assert held.write("/etc/passwd").denied
    assert held.write("work/a.md").let_through


def test_a_hook_that_is_given_no_end_of_input_ends_and_lets_nothing_through(hooked: Hooked) -> None:
    quick = (
        "import os, sys; from swarm.hooks import serve as serving; serving.LIMIT_S = 0.2\n"
        "sys.exit(serving.serve('guard', os.environ))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", quick], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(hooked.env)
    )
    assert process.stdin is not None
    assert process.stderr is not None
    with process.stdin, process.stderr:
        process.stdin.write(b'{"tool_name": "Write"')
        process.stdin.flush()
        assert process.wait(timeout=60) == 2
        assert b"It took longer than 0.2 s." in process.stderr.read()


def test_a_guard_that_cannot_even_start_lets_nothing_through(hooked: Hooked) -> None:
    # As settings.json has it: whatever the status of a crash, a signal or a missing file is, the shell makes it 2.
    for command in (f"{COMMAND}-gone hook guard", "sh -c 'kill -KILL $$'", f"{COMMAND} hook guard extra words"):
        ran = subprocess.run(
            ["sh", "-c", f"( {command} ) || exit 2"],
            input=b"{}",
            capture_output=True,
            env=environment(hooked.env),
            timeout=60,
            check=False,
        )
        assert ran.returncode == 2


def test_what_an_agent_names_is_cleaned_before_it_is_told_or_kept(held: Hooked) -> None:
    answered = held.write("/tmp/\x1b]0;pwned\x07\u202eevil.md")
    assert answered.denied
    assert "\x1b" not in answered.reason
    assert "\u202e" not in answered.reason
    assert b"\x1b" not in held.layout.events.read_bytes()


def test_a_home_behind_a_link_and_with_an_odd_name_is_guarded_like_any_other(tmp_path: Path) -> None:
    real = tmp_path / "wirkliche höme"
    real.mkdir()
    link = tmp_path / "link to it"
    link.symlink_to(real)
    hooked = Hooked(link / "my $swarm'")
    hooked.guard(scope="owns", writable=[hooked.dir.path])
    assert hooked.write(hooked.dir.path / "a ü.md").let_through
    assert hooked.write(real / "my $swarm'" / "swarm/agents/genesis-01/idea/worker-1/b.md").let_through
    assert hooked.write(hooked.layout.state).denied
    assert hooked.write(real / "my $swarm'" / "swarm" / "state.json").denied
    assert hooked.bash('echo x > "$SWARM_HOME/swarm/state.json"').denied
    assert hooked.write(real / "other.md").denied


@pytest.mark.parametrize("scope", ["", "owns"])
def test_an_agent_writes_whatever_names_there_are_in_its_own_worktree_and_nothing_in_anothers(
    hooked: Hooked, scope: str
) -> None:
    own, other = hooked.layout.worktrees / "one", hooked.layout.worktrees / "two"
    for place in (own, other):
        place.mkdir(parents=True)
    hooked.guard(scope=scope, writable=[hooked.dir.path, own] if scope else (), worktree=str(own))
    for name in ("src/api.py", "log/stdout", "agent.json", "inbox.md", "swarm.toml"):
        assert hooked.write(own / name).let_through, name
    assert hooked.bash(f"rm -rf {own}/src; touch {own}/a").let_through
    assert hooked.write("src/relative.py", cwd=str(own)).let_through
    assert hooked.write(other / "src/api.py").denied
    assert hooked.bash(f"touch {other}/a").denied


def test_an_observer_writes_nothing_in_its_worktree(hooked: Hooked) -> None:
    own = hooked.layout.worktrees / "one"
    own.mkdir(parents=True)
    hooked.guard(scope="observe", writable=[hooked.dir.path], worktree=str(own))
    assert hooked.write(own / "readme.md").denied


@pytest.mark.parametrize("worktree", [7, "/etc", "swarm/worktrees/one/../../.."])
def test_a_guard_that_names_no_worktree_of_the_home_lets_nothing_through(hooked: Hooked, worktree: object) -> None:
    hooked.guard(worktree=worktree)
    assert hooked.write(hooked.dir.path / "work" / "a.md").denied
