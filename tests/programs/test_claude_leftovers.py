"""Sessions that Claude Code's own daemon runs: whose they are, and what a kill does with each."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.errors import NotFound
from swarm.model.listed import ListedSession, SessionKind
from swarm.model.record import Ending
from swarm.processes.identity import identify
from swarm.programs.registry import program_for
from tests.support.model_scripts import Answer, Hang, Seen, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
MINE, HANDED = "mine is this", "handed over is this"
pytestmark = pytest.mark.every_version


class Daemon:
    """The program's daemon as a user has it."""

    def __init__(self, real: ProgramHome) -> None:
        self.real = real
        self.project = real.user / "project"
        self.project.mkdir()
        real.onboarded(self.project, real.agent("worker-1").path)

    def call(self, *words: str) -> None:
        """What the user types in their project."""
        subprocess.run(
            [str(self.real.executable("claude")), *words],
            env=self.real.environment("claude"),
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=ENDS_S,
        )

    def session(self, place: Path) -> ListedSession | None:
        """The background session that works there, as the program's own listing tells of it."""
        listed = program_for("claude", self.real.home.policy).sessions()
        return next((each for each in listed if each.cwd == str(place) and each.kind is SessionKind.BACKGROUND), None)

    def roster(self) -> dict[str, dict[str, str]]:
        path = self.real.user / ".claude" / "daemon" / "roster.json"
        return dict(json.loads(path.read_text())["workers"]) if path.exists() else {}


@contextmanager
def daemon_of(real: ProgramHome) -> Iterator[Daemon]:
    """The daemon and all that it runs are gone afterwards, with their sockets."""
    daemon = Daemon(real)
    sockets: set[Path] = set()
    try:
        daemon.call("--bg", MINE)
        wait_for(lambda: daemon.session(daemon.project), "the operator's session", ENDS_S)
        sockets = {Path(worker["ptySock"]).parents[1] for worker in daemon.roster().values() if "ptySock" in worker}
        yield daemon
    finally:
        daemon.call("daemon", "stop", "--any")
        for directory in sockets:
            shutil.rmtree(directory, ignore_errors=True)


def use(real: ProgramHome, before: str = "") -> None:
    """Agents hand a session over, and go on."""
    word = real.versions["claude"].executable

    def script(seen: Seen) -> Answer:
        if "made this session an agent" in seen.user:
            return shell('pwd > where; swarm-tui done --summary "adopted"') if not seen.results else say("Done.")
        if MINE in seen.prompt:
            return say("I wait for more.")
        if HANDED in seen.prompt:
            return Hang()
        return shell(f"{before} {word} --bg '{HANDED}' < /dev/null > said 2>&1; touch handed; sleep 300")

    real.use("claude", script)


def lives(session: ListedSession) -> bool:
    return all(identify(each.pid) == each for each in session.processes)


def test_an_agent_is_not_offered_a_daemon_of_its_users(real: ProgramHome) -> None:
    use(real)
    real.start("worker-1", "claude")
    place = real.agent("worker-1").path
    wait_for((place / "handed").exists, "its tool call", ENDS_S)
    assert "disabled" in (place / "said").read_text()
    assert real.swarm.kill(["worker-1"], grace=1.0).gone


def test_a_session_that_it_handed_to_the_daemon_ends_with_it_and_the_operators_own_does_not(real: ProgramHome) -> None:
    use(real, before="env -u CLAUDE_CODE_DISABLE_AGENT_VIEW")
    with daemon_of(real) as daemon:
        mine = daemon.session(daemon.project)
        assert mine is not None
        real.start("worker-1", "claude")
        place = real.agent("worker-1").path
        wait_for((place / "handed").exists, "its tool call", ENDS_S)
        handed = wait_for(lambda: daemon.session(place), f"its session: {(place / 'said').read_text()}", ENDS_S)
        assert handed is not None
        assert handed.started_at <= time.time()

        (outcome,) = real.swarm.kill(["worker-1"], grace=1.0).agents

        assert lives(mine)
        assert outcome.may_have_left == ("sessions of its program's daemon",)
        if handed.launched_by is None:  # this release does not tell who asked for it
            assert lives(handed)
            assert not outcome.gone
            assert f"pid {handed.processes[0].pid} session " in outcome.unverified
        else:
            assert outcome.gone
            assert not lives(handed)
            assert not daemon.session(place), "its daemon does not start it again"
            assert "sweep" in {verb for verb, *_ in real.lines()}


def test_a_session_of_the_operators_daemon_is_listed_and_becomes_an_agent_where_it_worked(real: ProgramHome) -> None:
    use(real)
    with daemon_of(real) as daemon:
        mine = daemon.session(daemon.project)
        assert mine is not None
        assert [each.key for each in real.swarm.sessions()] == [mine.key]

        adopted = real.swarm.adopt(mine.key[:8], name="pages")

        assert adopted.session == mine.key
        assert not lives(mine)
        assert real.swarm.sessions() == ()
        view = real.ended("pages")
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said("pages"))
        assert (daemon.project / "where").read_text().strip() == str(daemon.project)
        assert MINE in real.asked("claude")[-1].prompt, "its conversation went on"
        assert ("adopt", real.id("pages"), True, "") in real.lines("adopt")
        with pytest.raises(NotFound):
            real.swarm.adopt(mine.key, name="again")
