"""Scope by construction: an agent that observes, or owns a path, writes nowhere else by any tool."""

import json
from pathlib import Path

import pytest

from swarm.model.record import Ending
from tests.support.model_scripts import Answer, Seen, call, say, shell, write
from tests.support.program_home import ProgramHome

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
WAYS = ("a file tool", "a redirect", "a script", "a file of the script's own")


def trespasser(outside: Path, own: Path) -> list[Answer]:
    """Tries every way to write outside, then to write where it may, then reports."""
    body = f"open({str(outside / 'by-script')!r}, 'w').write('x')"
    return [
        write(outside / "by-tool", "x"),
        shell(f"echo x > {outside / 'by-redirect'}"),
        shell(f'python3 -c "{body}"'),
        write(own / "attempt.py", body),
        shell(f"python3 {own / 'attempt.py'}"),
        shell(f"cp {own / 'attempt.py'} {outside / 'by-copy'}"),
        shell(f"ln -s {outside} {own / 'link'}; echo x > {own / 'link' / 'by-link'}"),
        write(own / "inside", "x"),
        call("mcp__swarm__done", summary="I tried"),
        say("I tried."),
    ]


@pytest.mark.parametrize("held", ["auto", "narrow"])
@pytest.mark.parametrize("scope", ["observe", "owns"])
def test_nothing_is_written_outside_by_any_way(real: ProgramHome, scope: str, held: str) -> None:
    outside = real.root / "site" / "other"
    outside.mkdir(parents=True)
    mine = real.root / "site" / "mine"
    mine.mkdir()
    name = "looker"
    own = mine if scope == "owns" else real.agent(name).path
    real.use("claude", trespasser(outside, own), settings=f'scope = "{held}"')
    if scope == "owns":
        real.start(name, "claude", owns=("site/mine",))
    else:
        real.start(name, "claude", role="improvement")
    view = real.ended(name)
    assert view.record is not None
    assert list(outside.iterdir()) == []
    assert (own / "inside").read_text() == "x", real.said(name)
    assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
    assert len(refusals(real)) >= 3


def refusals(real: ProgramHome) -> list[str]:
    """What the model was told instead of a success. Where the program takes zsh for its shell, what the sandbox refuses
    comes back without the mark of an error (measured at 2.1.197); the words are the same.
    """
    results = real.asked("claude")[-1].results
    return [each.text for each in results if each.error or "read-only file system" in each.text.lower()]


def test_the_files_of_the_engine_are_nobodys_to_write(real: ProgramHome) -> None:
    directory = real.agent("worker-1").path
    turns = [
        write(directory / "agent.json", "{}"),
        write(directory / ".run" / "settings.json", "{}"),
        write(real.root / "swarm.toml", "name = 'mine'"),
        write(real.root / "swarm" / "state.json", "{}"),
        shell('swarm-tui done --summary "I tried"'),
        say("I tried."),
    ]
    real.use("claude", turns)
    before = (real.root / "swarm.toml").read_bytes()
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert len(refusals(real)) == 4, refusals(real)
    assert (real.root / "swarm.toml").read_bytes() == before
    assert json.loads((directory / "agent.json").read_text())["name"] == "worker-1"


def test_a_worker_reports_from_its_shell_under_every_scope(real: ProgramHome) -> None:
    (real.root / "site").mkdir()

    def worker(seen: Seen) -> Answer:
        turns = [
            shell('swarm-tui progress "Looking." --outputs 1'),
            shell('swarm-tui done --summary "looked"'),
            say("Done."),
        ]
        return turns[min(seen.turns, 2)]

    real.use("claude", worker)
    real.start("owner", "claude", owns=("site",))
    real.start("free", "claude")
    for name in ("owner", "free"):
        view = real.ended(name)
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
        assert view.progress.last is not None
        assert view.progress.last.sentence == "Looking."
