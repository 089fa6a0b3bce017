"""init: a whole home from nothing, nothing ever overwritten, and again after a crash."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs, to_builtins

from swarm.api import Swarm
from swarm.config.checked import load_policy, parse_policy
from swarm.config.policy import Policy, ProgramSettings
from swarm.config.spending_policy import Price
from swarm.errors import HomeError, Refused, SwarmError, UsageError
from swarm.ledger.ledger import Ledger
from swarm.model.health import Health
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.programs import prompt
from swarm.programs.registry import BUILT_IN
from swarm.protocol.agent_files import read_spec
from swarm.protocol.documents import home_document
from swarm.protocol.find import find_home
from swarm.protocol.paths import HOME_DOCS, Layout
from swarm.protocol.role import Role
from swarm.protocol.roles import load_roles
from swarm.store import syscalls
from swarm.verbs.init import init, packaged_policy
from tests.support.crash import CHANGES
from tests.support.repositories import Repo

EVERYTHING = {
    *HOME_DOCS,
    "swarm.toml",
    "swarm/state.json",
    "swarm/lock",
    "swarm/.gitignore",
    "swarm/events.jsonl",
    "swarm/heartbeats.jsonl",
    "swarm/agents/genesis-01/agent.json",
    "swarm/agents/genesis-01/task.md",
    "roles/_shared-rules.md",
    *(f"roles/{role}.md" for role in ("genesis", "idea-meta", "worker", "scout", "improvement", "diagnostic")),
    *(
        f"swarm/templates/{role}.md"
        for role in ("genesis", "idea-meta", "worker", "scout", "improvement", "diagnostic")
    ),
}


KILLED = """
import os, pathlib, signal, sys
from swarm.store import syscalls
from swarm.api import Swarm
from swarm.verbs.init import init
count, point = 0, int(sys.argv[2])
def dying(change):
    def act(*given, **named):
        global count
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return change(*given, **named)
    return act
for name in sys.argv[3:]:
    setattr(syscalls, name, dying(getattr(syscalls, name)))
init(pathlib.Path(sys.argv[1]))
print(count)
"""


def uncommented(text: str) -> str:
    return re.sub(r"^#(?=[a-z\[])", "", text, flags=re.MULTILINE)


def with_examples_cleared(policy: Policy) -> Policy:
    """What has no default, or none that TOML has a word for, stands there as an example."""
    bare = {"cost_usd": None, "tokens": None}
    limits = structs.replace(policy.limits, roles={}, **bare)
    told = {"notify": structs.replace(policy.notify, targets={}), "hooks": structs.replace(policy.hooks, on={})}
    root = structs.replace(policy.root, cost_usd=None)
    return structs.replace(policy, limits=limits, root=root, prices={}, **told)


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_init_writes_a_whole_home(tmp_path: Path) -> None:
    report = init(tmp_path / "home")
    assert set(report.written) == EVERYTHING
    assert report.left == ()
    assert (tmp_path / "home" / "swarm" / "revs").is_dir()


def test_a_new_home_is_found_and_its_ledger_reads(tmp_path: Path) -> None:
    init(tmp_path)
    layout = find_home(tmp_path, {}, Path("/"))
    assert not layout.foreign
    state = Ledger(layout, SystemClock()).read()
    assert state.heartbeat_n == 0
    assert load_policy(layout.policy) == parse_policy(packaged_policy())
    assert all(isinstance(role, Role) for role in load_roles(layout).values())


def test_the_root_is_an_agent_with_a_brief_and_no_process(tmp_path: Path) -> None:
    init(tmp_path)
    agent = Layout(tmp_path).agent("genesis-01")
    spec = json.loads(agent.spec.read_text())
    assert (spec["id"], spec["role"], spec["parent"]) == ("genesis-01", "genesis", None)
    assert read_spec(agent).why == ""
    assert spec["spawn_id"]
    assert "roles/_shared-rules.md` first" in agent.task.read_text()
    assert not agent.kept.exists()


def test_the_audit_log_of_a_home_begins_with_its_making(tmp_path: Path) -> None:
    init(tmp_path)
    (record,) = (json.loads(line) for line in Layout(tmp_path).events.read_text().splitlines())
    assert (record["seq"], record["actor"], record["verb"], record["ok"]) == (1, "operator", "init", True)


def test_the_idle_root_of_a_new_home_is_no_problem(tmp_path: Path) -> None:
    init(tmp_path)
    swarm = Swarm.open(tmp_path)
    snapshot = swarm.snapshot()
    (root,) = snapshot.agents
    assert (root.id, root.foreign, root.problems) == ("genesis-01", False, ())
    assert swarm.verdicts(snapshot)["genesis-01"].state is Health.IDLE
    assert swarm.rehearse(snapshot).plan.actions == ()


def test_init_again_changes_no_byte_and_says_what_it_left(tmp_path: Path) -> None:
    init(tmp_path)
    before = contents(tmp_path)
    report = init(tmp_path)
    assert report.written == ()
    assert set(report.left) == EVERYTHING
    assert contents(tmp_path) == before


def test_a_file_of_the_operator_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("mine")
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "worker.md").write_text("mine too")
    report = init(tmp_path)
    assert (tmp_path / "CLAUDE.md").read_text() == "mine"
    assert (tmp_path / "roles" / "worker.md").read_text() == "mine too"
    assert set(report.left) == {"CLAUDE.md", "roles/worker.md"}


def test_a_link_where_a_file_should_be_is_left_alone_with_its_target(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    home = tmp_path / "home"
    home.mkdir()
    (home / "AGENTS.md").symlink_to(victim)
    report = init(home)
    assert "AGENTS.md" in report.left
    assert not victim.exists()


@pytest.mark.parametrize("name", ["swarm", "roles"])
def test_a_directory_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / name).symlink_to(elsewhere)
    with pytest.raises(HomeError, match="is a link"):
        init(home)
    assert list(elsewhere.iterdir()) == []


def test_what_was_cut_short_is_finished_by_running_init_again(tmp_path: Path) -> None:
    init(tmp_path / "whole")
    whole = sorted(contents(tmp_path / "whole"))
    for number, gone in enumerate(whole):
        home = tmp_path / str(number)
        init(home)
        if gone.startswith("swarm/revs/"):
            continue
        (home / gone).unlink()
        init(home)
        # A lost state.json is the ledger's to restore from its revisions, at the next commit.
        assert sorted(contents(home)) == [name for name in whole if gone != "swarm/state.json" or name != gone], gone
        assert Ledger(Layout(home), SystemClock()).read().heartbeat_n == 0


def test_the_policy_is_written_last_so_that_half_a_home_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "create", killed)
    with pytest.raises(KeyboardInterrupt):
        init(tmp_path)
    assert not (tmp_path / "swarm.toml").exists()
    monkeypatch.undo()
    init(tmp_path)
    assert set(contents(tmp_path)) >= EVERYTHING


def test_the_policy_of_something_else_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "swarm.toml").write_text('[cluster]\nnodes = ["a", "b"]\n')
    with pytest.raises(Refused, match="not a policy of swarm-tui") as caught:
        init(tmp_path)
    assert caught.value.code == "exists"
    assert "cluster" in caught.value.detail
    assert [path.name for path in tmp_path.iterdir()] == ["swarm.toml"]


def test_a_home_inside_a_homes_swarm_directory_is_refused(tmp_path: Path) -> None:
    init(tmp_path)
    with pytest.raises(HomeError, match="inside another home"):
        init(tmp_path / "swarm" / "agents" / "genesis-01" / "mine")


def test_a_file_is_not_a_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="not a directory"):
        init(tmp_path / "file")


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EROFS, "read-only"), (errno.EACCES, "read-only"), (errno.ENOSPC, "full")]
)
def test_a_disk_that_refuses_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(syscalls, "create", refuse)
    with pytest.raises(HomeError) as caught:
        init(tmp_path / "home")
    assert caught.value.code == code
    monkeypatch.undo()
    init(tmp_path / "home")
    assert set(contents(tmp_path / "home")) >= EVERYTHING


def test_an_init_that_is_killed_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    everything = [sys.executable, "-c", KILLED, str(tmp_path / "all"), "-1", *CHANGES]
    changes = int(subprocess.run(everything, stdout=subprocess.PIPE, check=True).stdout)
    for point in range(0, changes, max(1, changes // 6)):
        home = tmp_path / str(point)
        killed = subprocess.run([sys.executable, "-c", KILLED, home, str(point), *CHANGES], check=False)
        assert killed.returncode == -signal.SIGKILL
        init(home)
        # A state.json that was not there yet is the ledger's to restore, at the next commit.
        assert set(contents(home)) >= EVERYTHING - {"swarm/state.json"}, point
        assert Ledger(Layout(home), SystemClock()).read().heartbeat_n == 0
        assert load_policy(home / "swarm.toml") == parse_policy(packaged_policy())


def test_a_path_through_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SwarmError, match="file"):
        init(tmp_path / "file" / "home")


@pytest.mark.parametrize("program", BUILT_IN)
def test_every_program_can_be_configured(tmp_path: Path, program: str) -> None:
    report = init(tmp_path, program)
    assert load_policy(tmp_path / "swarm.toml").spawn.program == program
    assert report.home == str(tmp_path)


def test_a_program_that_is_not_known_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no program 'emacs'"):
        init(tmp_path / "home", "emacs")
    assert not (tmp_path / "home").exists()


def test_another_program_on_an_existing_home_changes_nothing_and_says_so(tmp_path: Path) -> None:
    init(tmp_path)
    report = init(tmp_path, "codex")
    assert load_policy(tmp_path / "swarm.toml").spawn.program == "command"
    assert "was not changed to 'codex'" in report.notes[0]


def test_the_root_is_called_as_an_existing_policy_says(tmp_path: Path) -> None:
    (tmp_path / "swarm.toml").write_text('[root]\nid = "boss"\n')
    init(tmp_path)
    assert (tmp_path / "swarm/agents/boss/agent.json").is_file()
    assert not (tmp_path / "swarm/agents/genesis-01").exists()


def test_the_packaged_policy_is_valid_as_it_is_and_sets_nothing_but_a_ceiling() -> None:
    written = parse_policy(packaged_policy())
    assert written.limits.cost_usd == 50.0
    assert with_examples_cleared(written) == Policy()


def test_each_setting_stands_in_the_packaged_policy_with_its_default() -> None:
    text = uncommented(packaged_policy())
    written = parse_policy(text)
    assert written.programs == {"command": ProgramSettings()}
    assert with_examples_cleared(structs.replace(written, programs={})) == Policy()
    in_file = tomllib.loads(text)
    for table, settings in to_builtins(Policy()).items():
        if table == "programs":
            assert set(in_file["programs"]["command"]) == set(ProgramSettings.__struct_fields__)
        elif table == "prices":
            assert set(in_file["prices"]["my-model"]) == set(Price.__struct_fields__)
        elif isinstance(settings, dict):
            assert set(in_file[table]) == set(settings), table
        else:
            assert table in in_file
    assert written.slots.roles == Policy().slots.roles
    assert set(in_file["slots"]["roles"]) == set(Policy().slots.roles)


def test_every_setting_of_the_packaged_policy_has_a_comment_above_its_group() -> None:
    previous = ""
    for line in packaged_policy().splitlines():
        if re.match(r"#?\[", line) is None and re.match(r"#[a-z]", line):
            assert previous.startswith("#"), line
        previous = line


def test_the_homes_documents_name_every_verb_that_agents_have(tmp_path: Path) -> None:
    init(tmp_path)
    text = (tmp_path / "AGENTS.md").read_text()
    for verb in ("progress", "done", "spawn", "read", "message", "status", "kill", "log"):
        assert f"swarm-tui {verb}" in text


def test_the_roots_manual_names_the_ten_failures_and_a_command_for_each_role(tmp_path: Path) -> None:
    init(tmp_path)
    text = (tmp_path / "CLAUDE.md").read_text()
    assert re.findall(r"^(\d+)\. \*\*", text.split("## Anti-patterns")[1], re.MULTILINE) == [
        str(n) for n in range(1, 11)
    ]
    for role in ("worker", "idea-meta", "scout", "improvement", "diagnostic"):
        assert f"--role {role}" in text
    assert text.index("For the root only") < text.index("## The heartbeat loop")


def test_a_link_to_a_directory_that_the_operator_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    init(tmp_path / "home")
    assert (tmp_path / "disk" / "swarm.toml").is_file()
    home = Layout(tmp_path / "home")
    assert Ledger(home, SystemClock()).commit(lambda state: replace(state, frozen_all=True), purpose="try").revision > 1


PROJECTS = "# The rules of a project\n\nDo as it does.\n"


def test_in_a_repository_the_documents_of_a_project_never_stand_in_for_ours(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for name in ("CLAUDE.md", "AGENTS.md"):
        repo.write(name, PROJECTS)
    report = init(tmp_path, "claude")
    assert (tmp_path / "CLAUDE.md").read_text() == PROJECTS
    assert {"CLAUDE.md", "AGENTS.md"} <= set(report.left)
    assert {f"swarm/{name}" for name in HOME_DOCS} <= set(report.written)
    assert not (tmp_path / "HEARTBEAT.md").exists()
    assert any("lie in" in note for note in report.notes)
    layout = Layout(tmp_path)
    brief = layout.agent("genesis-01").task.read_text()
    assert str(tmp_path / "swarm" / "AGENTS.md") in brief
    assert f"Your manual is `{tmp_path}/swarm/CLAUDE.md`" in brief
    spec = read_spec(layout.agent("genesis-01")).value
    assert spec is not None
    words = prompt.prompt(spec, layout, brief, ())
    assert "operating manual of the root" in words
    assert "The rules of a project" not in words


def test_in_a_repository_without_such_documents_ours_are_not_put_where_a_projects_would_lie(tmp_path: Path) -> None:
    Repo(tmp_path)
    home = tmp_path / "inner" / "home"
    init(home)
    assert not (home / "CLAUDE.md").exists()
    assert (home / "swarm" / "CLAUDE.md").exists()


def test_the_records_of_a_swarm_stay_out_of_commits(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    init(tmp_path)
    (tmp_path / "swarm" / "worktrees" / "one").mkdir(parents=True)
    repo.git("add", "--all")
    added = {name for name in repo.git("diff", "--cached", "--name-only").splitlines() if name.startswith("swarm/")}
    assert "swarm/.gitignore" in added
    assert {name for name in added if not name.startswith("swarm/templates/")} == {
        "swarm/.gitignore",
        *(f"swarm/{name}" for name in HOME_DOCS),
    }


def test_a_home_from_before_keeps_its_documents_where_they_are(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "swarm" / ".gitignore").unlink()
    Repo(tmp_path)
    report = init(tmp_path)
    assert report.written == ("swarm/.gitignore",)
    assert home_document(Layout(tmp_path), "AGENTS.md") == tmp_path / "AGENTS.md"


def test_doctor_says_where_a_projects_document_stands_in_for_ours(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "CLAUDE.md").write_text(PROJECTS)
    findings = [each.text for each in Swarm.open(tmp_path).doctor() if each.topic == "documents"]
    assert findings == [f"{tmp_path}/CLAUDE.md is not the swarm's, and would stand in for it"]
    init(tmp_path)
    assert [each for each in Swarm.open(tmp_path).doctor() if each.topic == "documents"] == []


def test_init_says_what_the_schedule_costs_where_it_is_paid(tmp_path: Path) -> None:
    paid = init(tmp_path / "paid", program="claude").notes
    (words,) = [note for note in paid if "[schedule] is on" in note]
    assert "claude runs as improvement every 45m in which something happened, at most $1 a run and $32 a day" in words
    assert not [note for note in init(tmp_path / "free").notes if "[schedule]" in note]
