"""Sessions of Codex that a user runs beside a swarm: listed while they run, and taken in where they worked."""

import subprocess

from swarm.model.listed import SessionKind
from swarm.model.record import Ending
from tests.support.model_scripts import Answer, Hang, Seen, say, shell
from tests.support.program_home import ENDS_S, MODELS, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("codex",)
MINE = "mine is this"


def script(seen: Seen) -> Answer:
    if "made this session an agent" in seen.user:
        return shell('pwd > where; swarm-tui done --summary "adopted"') if not seen.results else say("Done.")
    return Hang()


def test_a_session_that_a_script_runs_is_listed_and_becomes_an_agent_where_it_worked(real: ProgramHome) -> None:
    real.use("codex", script)
    project = real.user / "project"
    project.mkdir()
    argv = [str(real.executable("codex")), "exec", "--skip-git-repo-check", "-m", MODELS["codex"], MINE]
    with subprocess.Popen(
        argv,
        cwd=project,
        env=real.environment("codex"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as mine:
        try:
            wait_for(lambda: real.asked("codex"), "its model to be asked", ENDS_S)
            (found,) = real.swarm.sessions()
            assert found.is_kept
            assert (found.program, found.kind, found.cwd) == ("codex", SessionKind.OTHER, str(project))

            adopted = real.swarm.adopt(found.key[:20], name="pages")

            assert adopted.session == found.key
            wait_for(lambda: mine.poll() is not None, "the user's process to end")
        finally:
            mine.kill()
    view = real.ended("pages")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("pages"))
    assert (project / "where").read_text().strip() == str(project)
    assert MINE in real.asked("codex")[-1].prompt, "its conversation went on"
    assert real.swarm.sessions() == ()
