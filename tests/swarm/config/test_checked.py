"""swarm/checked.json: what was checked is checked once per edit, and the copy is never trusted over the file."""

import json
import os
import stat
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.config import checker
from swarm.config.checked import MAX_BYTES, SCHEMA, CheckedFiles, load_policy
from swarm.config.policy import Policy
from swarm.errors import PolicyError, SwarmError
from swarm.protocol import role_checker
from swarm.protocol.paths import Layout
from swarm.store import syscalls
from swarm.verbs.init import init


class Counted:
    """How often the checkers were asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        policy, role = checker.check_policy, role_checker.check_role

        def check_policy(text: str, name: str) -> dict[str, object]:
            self.calls.append(name)
            return policy(text, name)

        def check_role(text: str, path: Path) -> dict[str, object]:
            self.calls.append(path.name)
            return role(text, path)

        patch.setattr(checker, "check_policy", check_policy)
        patch.setattr(role_checker, "check_role", check_role)

    def take(self) -> list[str]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.swarm.mkdir()
    layout.policy.write_text("[slots]\nmax = 7\n")
    return layout


def read(layout: Layout, *, writable: bool = True) -> Policy:
    with CheckedFiles(layout.checked, writable=writable) as checked:
        return load_policy(layout.policy, checked)


def test_what_was_checked_is_not_checked_again(layout: Layout, counted: Counted) -> None:
    first, second = read(layout), read(layout)
    assert counted.take() == ["swarm.toml"]
    assert first == second
    assert second.slots.max == 7


def test_an_edit_is_checked_even_where_size_and_times_stay(layout: Layout, counted: Counted) -> None:
    read(layout)
    before = layout.policy.stat()
    layout.policy.write_text("[slots]\nmax = 8\n")
    os.utime(layout.policy, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read(layout).slots.max == 8
    assert counted.take() == ["swarm.toml"] * 2


def test_what_is_wrong_is_not_kept_and_is_told_every_time(layout: Layout) -> None:
    read(layout)
    layout.policy.write_text("[slots]\nmax = 0\n")
    for _ in range(2):
        with pytest.raises(PolicyError, match=r"swarm\.toml:2: slots\.max"):
            read(layout)


def test_only_what_the_operator_wrote_is_kept_so_that_a_new_default_holds(layout: Layout) -> None:
    read(layout)
    kept = json.loads(layout.checked.read_text())
    assert kept["files"]["swarm.toml"]["value"] == {"slots": {"max": 7}}


def entry(text: str, value: object, schema: int = SCHEMA) -> str:
    return json.dumps({"schema": schema, "files": {"swarm.toml": {"text": text, "value": value}}})


TEXT = "[slots]\nmax = 7\n"


@pytest.mark.parametrize(
    "copy",
    [
        "",
        "garbage",
        "[]",
        "[" * 100_000,
        entry("[slots]\nmax = 9\n", {"slots": {"max": 9}}),
        entry(TEXT, {"slots": {"max": 9}}, schema=SCHEMA + 1),
        entry(TEXT, {"slots": {"max": 100_000}}),
        entry(TEXT, {"slots": {"maximum": 9}}),
        entry(TEXT, "max"),
        " " * (MAX_BYTES + 1),
    ],
    ids=["empty", "garbage", "list", "deep", "other text", "other schema", "bound", "unknown key", "no table", "huge"],
)
def test_a_copy_that_does_not_fit_is_made_anew(layout: Layout, counted: Counted, copy: str) -> None:
    layout.checked.write_text(copy)
    assert [read(layout).slots.max, read(layout).slots.max] == [7, 7]
    assert counted.take() == ["swarm.toml"]


def test_a_link_in_its_place_is_not_followed_but_replaced(layout: Layout, counted: Counted, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(planted := entry(TEXT, {"slots": {"max": 9}}))
    layout.checked.symlink_to(elsewhere)
    assert read(layout).slots.max == 7
    assert elsewhere.read_text() == planted
    assert not layout.checked.is_symlink()
    read(layout)
    assert counted.take() == ["swarm.toml"]


def test_a_pipe_in_its_place_blocks_nobody_and_is_replaced(layout: Layout, counted: Counted) -> None:
    os.mkfifo(layout.checked)
    assert [read(layout).slots.max, read(layout).slots.max] == [7, 7]
    assert counted.take() == ["swarm.toml"]


def test_a_directory_in_its_place_stays_and_each_verb_checks_for_itself(layout: Layout, counted: Counted) -> None:
    layout.checked.mkdir()
    assert [read(layout).slots.max, read(layout).slots.max] == [7, 7]
    assert counted.take() == ["swarm.toml"] * 2
    assert layout.checked.is_dir()


def test_where_nothing_can_be_written_each_verb_checks_for_itself(
    layout: Layout, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "no")

    monkeypatch.setattr(syscalls, "create", refuse)
    assert [read(layout).slots.max, read(layout).slots.max] == [7, 7]
    assert counted.take() == ["swarm.toml"] * 2
    assert sorted(path.name for path in layout.swarm.iterdir()) == []


def test_who_only_reads_uses_the_copy_and_makes_none(layout: Layout, counted: Counted) -> None:
    read(layout, writable=False)
    assert not layout.checked.exists()
    read(layout)
    read(layout, writable=False)
    assert counted.take() == ["swarm.toml"] * 2


def test_the_copy_is_for_its_owner_alone(layout: Layout) -> None:
    layout.policy.write_text('[programs.claude.env]\nKEY = "secret"\n')
    read(layout)
    assert stat.S_IMODE(layout.checked.stat().st_mode) == 0o600


def test_a_control_room_that_was_opened_read_only_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    init(home)
    (home / "swarm.toml").write_text("[slots]\nmax = 7\n")
    before = Layout(home).checked.read_bytes()
    swarm = Swarm.open(Layout(home), read_only=True)
    swarm.reread()
    assert not [role for role in swarm.roles().values() if isinstance(role, SwarmError)]
    assert Layout(home).checked.read_bytes() == before


def test_a_tree_without_a_policy_gets_no_copy(tmp_path: Path) -> None:
    agent = tmp_path / "swarm" / "agents" / "someone"
    agent.mkdir(parents=True)
    (agent / "progress.md").write_text("2026-02-28 09:33 - Writing.\n")
    Swarm.open(Layout(tmp_path, foreign=True)).roles()
    assert not Layout(tmp_path).checked.exists()


def test_a_new_home_knows_its_own_documents(tmp_path: Path, counted: Counted) -> None:
    init(tmp_path)
    assert sorted(counted.take()) == ["genesis.md", "swarm.toml"]
    Swarm.open(Layout(tmp_path))
    assert counted.take() == []


def test_every_role_is_checked_once(tmp_path: Path, counted: Counted) -> None:
    init(tmp_path)
    swarm = Swarm.open(Layout(tmp_path))
    swarm.roles()
    counted.take()
    first = swarm.roles()
    assert counted.take() == []
    path = swarm.home.layout.role("worker")
    path.write_text(path.read_text().replace("name: worker", "name: wroker"))
    second = swarm.roles()
    assert counted.take() == ["worker.md"]
    assert isinstance(second["worker"], SwarmError)
    assert {name: role for name, role in second.items() if name != "worker"} == {
        name: role for name, role in first.items() if name != "worker"
    }
