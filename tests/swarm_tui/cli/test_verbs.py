"""Every verb as a person types it: the real command, on a real home, with real processes."""

import json
import sys
from pathlib import Path

import pytest

from swarm.protocol.paths import Layout
from tests.support.cli import Ran, agent_environment, home_with, made_home, spawned, swarm_tui
from tests.support.repositories import Repo
from tests.support.wait import wait_for

WORKER = ("--role", "worker", "--task", "Write the summary.", "--accept", "summary.md is there")
SLEEP = ("--", "sleep", "600")


def spawn(home: Path, name: str, *more: str, command: tuple[str, ...] = SLEEP) -> Ran:
    return swarm_tui("spawn", name, *WORKER, *more, *command, home=home)


def status_of(home: Path) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in swarm_tui("status", "--json", home=home).document["agents"]}


def test_status_says_what_the_processes_of_a_living_agent_use(swarm_home: Path) -> None:
    spawn(swarm_home, "busy", command=("--", "sh", "-c", "while :; do :; done"))
    spawned(swarm_home, "idle")
    rows = status_of(swarm_home)
    busy, idle = rows["genesis-01/busy"], rows["genesis-01/idle"]
    assert isinstance(busy["pid"], int)
    assert isinstance(busy["rss_bytes"], int)
    assert busy["rss_bytes"] > 0
    assert isinstance(busy["cpu_percent"], float)
    assert isinstance(idle["cpu_percent"], float)
    root = rows["genesis-01"]
    assert (root["pid"], root["cpu_percent"], root["rss_bytes"]) == (None, None, None)


def test_init_makes_a_home_and_leaves_alone_what_is_there(tmp_path: Path) -> None:
    made = swarm_tui("init", "my-swarm", "--json", cwd=tmp_path)
    assert made.status == 0
    assert set(made.document) == {"schema", "home", "written", "left", "notes"}
    assert "swarm.toml" in made.document["written"]
    (tmp_path / "my-swarm" / "AGENTS.md").write_text("mine")
    again = swarm_tui("init", "my-swarm", cwd=tmp_path)
    assert again.status == 0
    assert "left alone  AGENTS.md" in again.out
    assert (tmp_path / "my-swarm" / "AGENTS.md").read_text() == "mine"


def test_a_new_home_can_be_looked_at_at_once(swarm_home: Path) -> None:
    ran = swarm_tui("status", cwd=swarm_home / "roles")
    assert ran.status == 0
    assert "genesis-01" in ran.out
    assert "0/12 committed" in ran.out
    assert ran.err == ""


def test_a_home_is_named_by_option_or_variable_or_found_upwards(swarm_home: Path, tmp_path: Path) -> None:
    assert swarm_tui("status", home=swarm_home, cwd=tmp_path).status == 0
    assert swarm_tui("status", cwd=tmp_path, env={"SWARM_HOME": str(swarm_home)}).status == 0
    assert swarm_tui("status", cwd=swarm_home / "swarm" / "agents").status == 0
    assert swarm_tui("status", "-C", str(swarm_home), cwd=tmp_path, env={"SWARM_HOME": "/nowhere"}).status == 0


def test_an_agent_is_spawned_shown_and_stopped(swarm_home: Path) -> None:
    started = spawn(swarm_home, "worker-1")
    assert started.status == 0, started.err
    agent_id, directory = started.out.splitlines()
    assert agent_id == "genesis-01/worker-1"
    assert Path(directory, "task.md").is_file()
    row = status_of(swarm_home)[agent_id]
    assert row["state"] == "starting"
    assert isinstance(row["pid"], int)
    stopped = swarm_tui("kill", "worker-1", "--yes", "--reason", "enough", "--json", home=swarm_home)
    assert stopped.status == 0
    assert set(stopped.document) == {"schema", "gone", "took_ms", "agents"}
    assert stopped.document["gone"] is True
    assert set(stopped.document["agents"][0]) == {
        *("id", "spawn_id", "gone", "unverified", "may_have_left", "found", "steps", "note", "unrecorded")
    }
    assert status_of(swarm_home)[agent_id]["state"] == "killed"


def test_spawn_as_json_has_its_keys(swarm_home: Path) -> None:
    started = spawn(swarm_home, "worker-1", "--json")
    assert started.status == 0, started.err
    assert set(started.document) == {"schema", "id", "spawn_id", "directory", "queued", "warnings", "ended_first"}


def test_a_dry_run_checks_everything_and_starts_nothing(swarm_home: Path) -> None:
    ran = spawn(swarm_home, "worker-1", "--dry-run", "--json")
    assert ran.status == 0, ran.err
    assert ran.document["dry_run"] is True
    assert ran.document["id"] == "genesis-01/worker-1"
    assert not Layout(swarm_home).agent("genesis-01/worker-1").path.exists()
    refused = spawn(swarm_home, "worker-1", "--dry-run", "--json", "--input", "no-such-file.md")
    assert refused.status == 3
    assert refused.document["error"]["code"] == "input"
    assert [one["code"] for one in refused.document["objections"]] == ["input"]


def test_a_task_can_come_from_a_file_or_from_standard_input(swarm_home: Path, tmp_path: Path) -> None:
    (tmp_path / "task.txt").write_text("Compare three sources.\n")
    for name, task, stdin in (("w-1", f"@{tmp_path}/task.txt", ""), ("w-2", "-", "Compare three sources.\n")):
        ran = swarm_tui(
            *("spawn", name, "--role", "worker", "--task", task, "--accept", "a table", *SLEEP),
            home=swarm_home,
            stdin=stdin,
        )
        assert ran.status == 0, ran.err
        assert "Compare three sources." in Layout(swarm_home).agent(f"genesis-01/{name}").task.read_text()


def test_the_first_double_colon_divides_an_outcome_from_its_check(swarm_home: Path) -> None:
    ran = swarm_tui(
        *("spawn", "w", "--role", "worker", "--task", "t", "--accept", "tests pass::pytest a.py::test_b", *SLEEP),
        home=swarm_home,
    )
    assert ran.status == 0, ran.err
    spec = json.loads(Layout(swarm_home).agent("genesis-01/w").spec.read_text())
    assert spec["acceptance"] == [{"text": "tests pass", "check": "pytest a.py::test_b"}]


def test_a_command_may_have_options_that_look_like_ours(swarm_home: Path) -> None:
    script = "import sys, time; print(sys.argv[1:], flush=True); time.sleep(600)"
    ran = spawn(swarm_home, "w", command=("--", sys.executable, "-c", script, "--json", "-C", "--", "kill"))
    assert ran.status == 0, ran.err
    shown = wait_for(lambda: swarm_tui("log", "w", home=swarm_home).out, "its output")
    assert shown == "['--json', '-C', '--', 'kill']\n"


def test_kill_asks_nobody_without_a_terminal_and_stops_nothing(swarm_home: Path) -> None:
    spawned(swarm_home, "worker-1")
    ran = swarm_tui("kill", "worker-1", home=swarm_home)
    assert ran.status == 2
    assert "genesis-01/worker-1" in ran.err
    assert "--yes" in ran.err
    assert status_of(swarm_home)["genesis-01/worker-1"]["state"] == "starting"


def test_several_agents_are_stopped_in_one_call(swarm_home: Path) -> None:
    spawned(swarm_home, "w-1")
    spawned(swarm_home, "w-2")
    ran = swarm_tui("kill", "w-1", "w-2", "w-1", "--yes", "--grace", "1s", home=swarm_home)
    assert ran.status == 0
    assert ran.out.splitlines()[-1].startswith("2 stopped")


def test_a_heartbeat_is_rehearsed_run_and_refused_within_half_a_period_where_a_timer_only_waits(
    swarm_home: Path,
) -> None:
    plan = swarm_tui("heartbeat", "--dry-run", "--json", home=swarm_home)
    assert plan.status == 0
    assert {"schema", "dry_run", "n", "refused", "gap", "counts", "slots", "actions"} == set(plan.document)
    assert status_of(swarm_home)
    first = swarm_tui("heartbeat", "--json", home=swarm_home)
    assert first.status == 0, first.err
    keys = {"n", "at", "by", "took_ms", "counts", "slots", "actions", "alerts", "acceptance", "passed"}
    assert keys <= set(first.document)
    second = swarm_tui("heartbeat", "--json", home=swarm_home)
    assert second.status == 3
    assert second.document["error"]["code"] == "half-period"
    assert "[half-period]" in second.err
    timed = swarm_tui("run", "--once", home=swarm_home)
    assert (timed.status, "less than half a period" in timed.out) == (0, True)
    forced = swarm_tui("heartbeat", "--force", home=swarm_home)
    assert forced.status == 0
    assert "heartbeat 2 passed" in forced.out


def test_an_agent_reports_is_done_and_is_read(swarm_home: Path) -> None:
    spawned(swarm_home, "worker-1")
    env = agent_environment(swarm_home, "genesis-01/worker-1")
    told = swarm_tui("progress", "8 of 12\npages read", "--outputs", "3", env=env)
    assert told.status == 0, told.err
    assert told.out.endswith(" - [outputs 3] 8 of 12 pages read\n")
    row = status_of(swarm_home)["genesis-01/worker-1"]
    assert (row["state"], row["sentence"], row["outputs_claimed"]) == ("fresh", "8 of 12 pages read", 3)
    assert swarm_tui("read", "worker-1", home=swarm_home).status == 1
    ended = swarm_tui(
        "done", "--summary", "Three sources.\nAll agree.", "--output", "a.md", "--output", "b.md", env=env
    )
    assert ended.status == 0, ended.err
    assert Path(ended.out.strip()).name == "results.json"
    again = swarm_tui("done", "--summary", "more", "--json", env=env)
    assert (again.status, again.document["error"]["code"]) == (3, "exists")
    read = swarm_tui("read", "worker-1", "--json", home=swarm_home)
    assert read.status == 0, read.err
    assert read.document["id"] == "genesis-01/worker-1"
    assert read.document["first"] is True
    assert read.document["results"]["status"] == "success"
    assert read.document["results"]["outputs"] == ["a.md", "b.md"]
    second = swarm_tui("read", "worker-1", home=swarm_home)
    assert "Three sources." in second.out
    assert "output: b.md" in second.out


def test_done_takes_a_whole_object_and_what_is_named_beside_it_wins(swarm_home: Path) -> None:
    spawned(swarm_home, "worker-1")
    env = agent_environment(swarm_home, "genesis-01/worker-1")
    given = '{"status": "partial", "summary": "half", "acceptance": [{"text": "a", "passed": false}], "cost": 3}'
    ran = swarm_tui("done", "--file", "-", "--status", "success", "--json", stdin=given, env=env)
    assert ran.status == 0, ran.err
    written = json.loads(Layout(swarm_home).agent("genesis-01/worker-1").results.read_text())
    assert (written["status"], written["summary"], written["cost"]) == ("success", "half", 3)


@pytest.mark.parametrize("given", ["", "[]", "{", '{"status": "great"}', '{"outputs": "a.md"}', '{"summary": NaN}'])
def test_done_refuses_what_are_no_results(swarm_home: Path, given: str) -> None:
    env = agent_environment(swarm_home, "genesis-01")
    ran = swarm_tui("done", "--file", "-", stdin=given, env=env)
    assert ran.status == 2
    assert not Layout(swarm_home).agent("genesis-01").results.exists()


def test_a_log_is_printed_followed_to_the_end_and_safe(swarm_home: Path) -> None:
    script = "printf 'one\\n\\033[2J\\033]0;owned\\007two\\n'; printf 'oops\\n' >&2; sleep 1; printf 'three\\nrest'"
    spawn(swarm_home, "w", command=("--", "sh", "-c", script))
    followed = swarm_tui("log", "w", "-f", home=swarm_home)
    assert followed.status == 0
    assert followed.out == "one\ntwo\nthree\nrest\n"
    assert swarm_tui("log", "w", home=swarm_home).out == "one\ntwo\nthree\nrest\n"
    assert swarm_tui("log", "w", "--stream", "stderr", home=swarm_home).out == "oops\n"
    assert swarm_tui("log", "w", "--json", home=swarm_home).document["lines"] == ["one", "two", "three", "rest"]


def test_a_transcript_that_is_not_there_is_a_clear_error(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    ran = swarm_tui("log", "w", "--stream", "transcript", home=swarm_home)
    assert ran.status == 1
    assert "--stream stdout" in ran.err


def test_a_message_lies_in_the_inbox(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    ran = swarm_tui("message", "w", "Use", "the second source.", home=swarm_home)
    assert ran.status == 0
    assert "left in its inbox (its program (command) takes no words while it runs)" in ran.out
    assert "Use the second source." in Layout(swarm_home).agent("genesis-01/w").inbox.read_text()


def test_a_subtree_is_paused_resumed_and_held(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    assert swarm_tui("pause", "w", home=swarm_home).status == 0
    assert status_of(swarm_home)["genesis-01/w"]["state"] == "paused"
    assert swarm_tui("resume", "w", home=swarm_home).status == 0
    assert status_of(swarm_home)["genesis-01/w"]["state"] == "starting"
    held = swarm_tui("hold", "w", "--for", "2", "--why", "long build", home=swarm_home)
    assert held.out == "genesis-01/w: held for 2 heartbeats\n"
    assert swarm_tui("hold", "w", "--for", "0", "--why", "over", "--json", home=swarm_home).document["beats"] == 0


def test_an_ended_agent_is_spawned_again_beside_its_old_directory(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    assert swarm_tui("respawn", "w", home=swarm_home).status == 3
    swarm_tui("kill", "w", "--yes", home=swarm_home)
    again = swarm_tui("respawn", "w", "--json", home=swarm_home)
    assert again.status == 0, again.err
    assert again.document["id"] == "genesis-01/w"
    assert (swarm_home / "swarm" / "agents" / "genesis-01" / "w.1" / "agent.json").is_file()


def test_events_tell_every_act_refused_ones_too(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    spawn(swarm_home, "W")
    document = swarm_tui("events", "--json", home=swarm_home).document
    assert set(document) == {"schema", "events"}
    for event in document["events"]:
        assert {"seq", "at", "actor", "verb", "agent", "spawn_id", "ok", "code", "reason"} <= set(event)
    assert [event["seq"] for event in document["events"]] == sorted(event["seq"] for event in document["events"])
    refused = document["events"][-1]
    assert (refused["verb"], refused["ok"], refused["code"]) == ("spawn", False, "name")
    text = swarm_tui("events", "--since", "1h", "--agent", "genesis-01/w", home=swarm_home).out
    assert "spawn" in text
    assert "refused" not in text


def test_roles_and_templates_say_what_is_valid(swarm_home: Path) -> None:
    (swarm_home / "roles" / "broken.md").write_text("no front matter")
    (swarm_home / "swarm" / "templates" / "broken.md").write_text("no placeholders")
    for verb in ("roles", "templates"):
        ran = swarm_tui(verb, "--json", home=swarm_home)
        assert ran.status == 0
        rows = {row["name"]: row for row in ran.document[verb]}
        assert rows["worker"]["valid"] is True
        assert rows["broken"]["valid"] is False
        assert rows["broken"]["error"]["title"]
        assert "not valid" in swarm_tui(verb, home=swarm_home).out
    columns = {line.split()[0]: line.split()[1] for line in swarm_tui("roles", home=swarm_home).out.splitlines()}
    assert (columns["idea-meta"], columns["improvement"]) == ("orchestrate", "observe")


def test_doctor_finds_a_sound_home_sound_and_a_wrong_policy_wrong(swarm_home: Path) -> None:
    well = swarm_tui("doctor", "--json", home=swarm_home)
    assert well.status == 0, well.out
    assert set(well.document) == {"schema", "passed", "findings"}
    assert all(set(row) == {"level", "topic", "text", "hint"} for row in well.document["findings"])
    (swarm_home / "swarm.toml").write_text("[slots]\nmaximum = 3\n")
    ill = swarm_tui("doctor", home=swarm_home)
    assert ill.status == 1
    assert "maximum" in ill.out


def test_doctor_rebuilds_the_ledger_from_the_tree(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    layout = Layout(swarm_home)
    for revision in layout.revs.iterdir():
        revision.unlink()
    layout.state.unlink()
    assert swarm_tui("doctor", "--rebuild", home=swarm_home).status == 0
    assert status_of(swarm_home)["genesis-01/w"]["state"] == "starting"


def test_under_a_wrong_policy_the_operator_still_acts_and_nothing_is_started(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    (swarm_home / "swarm.toml").write_text("[heartbeat]\nperiod = 'soon'\n")
    shown = swarm_tui("status", home=swarm_home)
    assert shown.status == 0
    assert "heartbeat.period" in shown.err
    assert "What it said when it was last right holds" in shown.err
    assert swarm_tui("pause", "w", home=swarm_home).status == 0
    assert swarm_tui("kill", "w", "--yes", "--grace", "0s", home=swarm_home).status == 0
    assert swarm_tui("heartbeat", "--json", home=swarm_home).document["n"] == 1
    refused = swarm_tui("spawn", "x", "--role", "worker", "--task", "t", "--json", home=swarm_home)
    assert (refused.status, refused.document["error"]["code"]) == (1, "policy")


def test_a_foreign_tree_is_shown_and_nothing_in_it_is_changed(tmp_path: Path) -> None:
    agent = tmp_path / "elsewhere" / "alpha"
    agent.mkdir(parents=True)
    (agent / "progress.md").write_text("2026-02-28 09:33 - Writing.\n")
    shown = swarm_tui("status", "--json", home=tmp_path / "elsewhere")
    assert shown.status == 0, shown.err
    assert shown.document["agents"][0]["foreign"] is True
    refused = swarm_tui("message", "alpha", "hello", "--json", home=tmp_path / "elsewhere")
    assert (refused.status, refused.document["error"]["code"]) == (3, "read-only")
    assert sorted(path.name for path in agent.iterdir()) == ["progress.md"]


def test_a_name_that_is_no_name_does_not_hide_the_others(swarm_home: Path) -> None:
    home_with(swarm_home, "bad\x1b[2J\nname")
    home_with(swarm_home, "-rf")
    shown = swarm_tui("status", home=swarm_home)
    assert shown.status == 0
    assert "\x1b" not in shown.out
    assert "genesis-01" in shown.out
    assert len(swarm_tui("status", "--json", home=swarm_home).document["agents"]) == 3


def test_the_version_is_one_line() -> None:
    ran = swarm_tui("--version")
    assert ran.status == 0
    assert ran.out.startswith("swarm-tui ")
    assert ran.out.count("\n") == 1


def test_the_work_of_an_agent_in_a_repository_is_shown_merged_and_its_worktree_removed(
    swarm_home: Path, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "a project")
    work = "echo 1 > work.py; git add -A; git commit -qm work; echo 2 > loose.py"
    spawned = spawn(swarm_home, "w", "--worktree", f"{repo.path}@main", command=("--", "sh", "-c", work))
    assert spawned.status == 0, spawned.err
    wait_for(lambda: (Layout(swarm_home).agent("genesis-01/w").exit).exists(), "its end")
    row = status_of(swarm_home)["genesis-01/w"]
    assert row["worktree"] == {
        "path": "swarm/worktrees/w",
        "branch": "swarm/w",
        "into": "main",
        "changes": 2,
        "uncommitted": 1,
        "commits": 1,
    }
    shown = swarm_tui("diff", "w", home=swarm_home)
    assert "+++ b/work.py" in shown.out
    assert "2 changes, 1 of them not committed, 1 commit" in shown.err
    assert "2 files changed" in swarm_tui("diff", "w", "--stat", home=swarm_home).out
    refused = swarm_tui("merge", "w", "--json", home=swarm_home)
    assert (refused.status, refused.document["error"]["code"]) == (3, "uncommitted")
    merged = swarm_tui("merge", "w", "--commit", "the rest", home=swarm_home)
    assert "swarm/w is merged into main, 2 files changed" in merged.out
    assert (repo.path / "loose.py").exists()
    listed = swarm_tui("worktrees", home=swarm_home)
    assert "genesis-01/w: swarm/w, 0 changes, merged" in listed.out
    assert swarm_tui("worktrees", "--remove", "w", home=swarm_home).status == 0
    assert repo.branches() == ["main"]
    assert swarm_tui("worktrees", "--json", home=swarm_home).document["worktrees"] == []
    assert swarm_tui("worktrees", "--discard", home=swarm_home).status == 2


def test_work_is_handed_over_as_a_branch_and_empty_worktrees_are_pruned(swarm_home: Path, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "a project")
    work = "echo 1 > work.py; git add -A; git commit -qm work; echo 2 > loose.py"
    for name, command in (("w", work), ("idle", "true")):
        spawned = spawn(swarm_home, name, "--worktree", str(repo.path), command=("--", "sh", "-c", command))
        assert spawned.status == 0, spawned.err
        wait_for(Layout(swarm_home).agent(f"genesis-01/{name}").exit.exists, f"the end of {name}")
    status_of(swarm_home)
    refused = swarm_tui("handover", "w", "--as", "feature/work", home=swarm_home)
    assert (refused.status, "--commit MESSAGE" in refused.err) == (3, True)
    words = ("handover", "w", "--as", "feature/work", "--commit", "the rest")
    done = swarm_tui(*words, home=swarm_home)
    assert done.out == (
        "genesis-01/w: its work is the branch feature/work, 2 commits; 1 file committed for it first: "
        "git switch feature/work\n"
    )
    assert swarm_tui("worktrees", "--prune", home=swarm_home).out == "idle: its worktree is removed\n"
    assert repo.branches() == ["feature/work", "main"]
    assert swarm_tui("worktrees", "--prune", "--json", home=swarm_home).document["removed"] == []


def test_worktree_alone_means_the_repository_of_the_home(tmp_path: Path) -> None:
    Repo(tmp_path)
    with made_home(tmp_path / "my-swarm") as home:
        assert spawn(home, "w", "--worktree").status == 0
        assert (home / "swarm" / "worktrees" / "w" / "readme.md").exists()


def test_a_message_that_no_command_line_holds_comes_from_standard_input(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    text = "word " * 40_000 + "END"
    ran = swarm_tui("message", "w", "-", home=swarm_home, stdin=text)
    assert ran.status == 0, ran.err
    assert f"> {text}\n" in Layout(swarm_home).agent("genesis-01/w").inbox.read_text()
