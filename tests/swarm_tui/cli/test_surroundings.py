"""The caller's surroundings are not needed where the home is known: directory gone, environment empty, no HOME."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.cli import COMMAND, Ran, agent_environment, environment, made_home

VERBS = (
    ("status",),
    ("status", "--line"),
    ("status", "--json"),
    ("run", "--once"),
    ("heartbeat", "--force"),
    ("events",),
    ("doctor",),
    ("roles",),
    ("log", "w"),
    ("message", "w", "Look at the table."),
    ("hold", "w"),
    ("pause", "--all"),
    ("resume", "--all"),
    ("spawn", "y", "--role", "worker", "--task", "t", "--accept", "x is there", "--", "sleep", "600"),
    ("kill", "y", "--yes", "--grace", "0s"),
    ("respawn", "y"),
    ("kill", "y", "w", "--yes", "--grace", "0s"),
)
SPAWN = ("spawn", "w", "--role", "worker", "--task", "t", "--accept", "x is there", "--", "sleep", "600")
REMOVED = 'mkdir -p "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"'


def called(*words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
    """Runs the command; cwd: a directory that is made and removed under it. env: its whole environment."""
    head = ("/bin/sh", "-c", REMOVED, "sh", str(cwd)) if cwd is not None else ()
    ran = subprocess.run(
        [*head, COMMAND, *words],
        env=environment() if env is None else dict(env),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with made_home(tmp_path / "my-swarm") as root:
        yield root


def test_every_verb_works_from_a_removed_directory(home: Path, tmp_path: Path) -> None:
    assert called("-C", str(home), *SPAWN, cwd=tmp_path / "build").status == 0
    for verb in VERBS:
        ran = called("-C", str(home), *verb, cwd=tmp_path / "build")
        assert ran.status in (0, 2), (verb, ran.err)


def test_every_verb_works_with_nothing_in_the_environment(home: Path) -> None:
    assert called("-C", str(home), *SPAWN, env={}).status == 0
    for verb in VERBS:
        ran = called("-C", str(home), *verb, env={})
        assert ran.status in (0, 2), (verb, ran.err)


def test_every_verb_works_where_home_and_temporary_directories_are_nowhere(home: Path) -> None:
    nowhere = dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), "/nowhere")
    nowhere["PATH"] = os.defpath
    assert called("-C", str(home), *SPAWN, env=nowhere).status == 0
    for verb in VERBS:
        ran = called("-C", str(home), *verb, env=nowhere)
        assert ran.status in (0, 2), (verb, ran.err)


def test_an_agent_reports_from_a_removed_directory(home: Path, tmp_path: Path) -> None:
    assert called("-C", str(home), *SPAWN).status == 0
    env = {**environment(), **agent_environment(home, "genesis-01/w")}
    assert called("progress", "The build is gone.", cwd=tmp_path / "build", env=env).status == 0
    assert called("done", "--summary", "x", cwd=tmp_path / "build", env=env).status == 0
    directory = home / "swarm" / "agents" / "genesis-01" / "w"
    assert "The build is gone." in (directory / "progress.md").read_text()
    assert (directory / "results.json").exists()


def test_a_home_is_found_upwards_from_a_removed_directory(home: Path) -> None:
    assert called("status", cwd=home / "build").status == 0


def test_without_a_home_the_error_names_the_directory_that_is_gone(tmp_path: Path) -> None:
    ran = called("status", cwd=tmp_path / "build")
    assert ran.status == 4
    assert "no-home" in ran.err
    assert f"'{tmp_path / 'build'}', which is gone" in ran.err


def test_a_relative_home_from_a_removed_directory_is_refused_by_its_whole_name(tmp_path: Path) -> None:
    ran = called("-C", "my-swarm", "status", cwd=tmp_path / "build")
    assert ran.status == 4
    assert str(tmp_path / "build" / "my-swarm") in ran.err


def test_init_makes_no_removed_directory_anew(tmp_path: Path) -> None:
    ran = called("init", "my-swarm", cwd=tmp_path / "build")
    assert ran.status != 0
    assert "which is gone" in ran.err
    assert not (tmp_path / "build").exists()


def test_a_home_directory_of_nobody_is_a_name_like_any_other(tmp_path: Path) -> None:
    ran = called("-C", "~nobody-of-this-name/swarm", "status")
    assert ran.status == 4
    assert "no-home" in ran.err
