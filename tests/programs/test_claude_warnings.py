"""Failures 4 and 5 with a real Claude Code: it is told once, in its session, to read its role; another tier is seen."""

import pytest

from swarm.model.causes import AlertCause, ProblemCode
from tests.programs.test_claude_talk import DONE, Gate
from tests.support.model_scripts import call, say, shell
from tests.support.program_home import ProgramHome

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version


def causes(real: ProgramHome) -> set[AlertCause]:
    return {alert.cause for alert in real.state.alerts}


def test_failures_4_and_5_an_agent_that_skips_its_role_is_told_in_its_session_and_another_tier_is_an_alert(
    real: ProgramHome,
) -> None:
    skipped, read = Gate(real.user), Gate(real.user, "read")
    reports = shell('swarm-tui progress "Text 1 is written." && swarm-tui progress "Text 2 is written."')
    files = [call("Read", file_path=str(path)) for path in (real.layout.shared_rules, real.layout.role("worker"))]
    real.use("claude", [reports, skipped.call, *files, read.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    skipped.wait()
    real.seen(
        "worker-1",
        lambda view: ProblemCode.ROLE_UNREAD in {problem.code for problem in view.problems},
        "it to be seen that it has not read its role",
    )

    real.write_policy('[models]\ntier = "claude-haiku-4-5"\n')
    real.swarm.beat(by="test")

    assert causes(real) >= {AlertCause.ROLE_UNREAD, AlertCause.TIER}
    skipped.open.touch()
    read.wait()
    real.swarm.beat(by="test", force=True)
    assert AlertCause.ROLE_UNREAD not in causes(real)
    assert len(real.lines("warn")) == 1
    read.open.touch()
    real.ended("worker-1")
    heard = "\n".join("\n".join([*seen.users, *seen.reminders]) for seen in real.asked("claude"))
    assert "has not read roles/_shared-rules.md and roles/worker.md" in heard
