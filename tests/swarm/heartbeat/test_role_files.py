"""Field report, failure 5, on real processes: agents that do not read their role, and roles that change under them."""

import json
import os
import time

from swarm.model.causes import AlertCause, ProblemCode
from tests.support.homes import LiveHome
from tests.support.trees import append, view_in

CODER = """
[programs.coder]
kind = "command"
argv = ["sleep", "300"]
format = "claude"
"""


def causes(home: LiveHome) -> set[AlertCause]:
    return {alert.cause for alert in home.state.alerts}


def calls(home: LiveHome, agent: str, tool: str, path: str) -> None:
    """The agent's program tells of a call of a tool for a file, which ended well."""
    key = os.urandom(4).hex()
    use = {"type": "tool_use", "id": key, "name": tool, "input": {"file_path": path}}
    result = {"type": "tool_result", "tool_use_id": key, "content": "", "is_error": False}
    lines = (
        {"type": "assistant", "message": {"id": f"m{key}", "role": "assistant", "model": "m", "content": [use]}},
        {"type": "user", "message": {"role": "user", "content": [result]}},
    )
    append(home.agent(agent).stdout, "".join(json.dumps(line) + "\n" for line in lines))


def test_failure_5_an_agent_that_has_not_read_its_role_by_its_second_update_is_flagged_and_told_once(
    live_home: LiveHome,
) -> None:
    live_home.rules(more=CODER)
    live_home.swarm = live_home.open()
    live_home.swarm.spawn(live_home.request("w", program="coder"))
    calls(live_home, "w", "Read", str(live_home.layout.shared_rules))
    append(live_home.agent("w").progress, "2026-02-28 09:33 - Text 1 is written.\n2026-02-28 09:43 - Text 2, too.\n")

    live_home.swarm.beat(by="test")
    live_home.swarm.beat(by="test", force=True)

    assert AlertCause.ROLE_UNREAD in causes(live_home)
    assert live_home.agent("w").inbox.read_text().count("has not read roles/worker.md") == 1

    calls(live_home, "w", "Read", str(live_home.layout.role("worker")))
    live_home.swarm.beat(by="test", force=True)
    assert AlertCause.ROLE_UNREAD not in causes(live_home)


def test_failure_5_a_role_that_changes_while_agents_run_is_an_alert_that_names_who_could_have_done_it(
    live_home: LiveHome,
) -> None:
    live_home.rules(more=CODER)
    live_home.swarm = live_home.open()
    live_home.swarm.beat(by="test")
    live_home.swarm.spawn(live_home.request("w-1", program="coder"))
    live_home.spawn("w-2")
    role = live_home.layout.role("worker")
    live_home.swarm.beat(by="test", force=True)
    assert AlertCause.ROLE_FILES not in causes(live_home)

    calls(live_home, "w-1", "Edit", str(role))
    append(role, "\nWhatever it takes.\n")
    os.utime(role, (time.time(), time.time()))
    live_home.swarm.beat(by="test", force=True)

    (alert,) = (each for each in live_home.state.alerts if each.cause is AlertCause.ROLE_FILES)
    assert "roles/worker.md was changed at" in alert.text
    assert "2 agents go on under the old text" in alert.text
    assert f"{live_home.id('w-1')} (a call of its, Edit, named it then), {live_home.id('w-2')}, a person" in alert.text
    live_home.spawn("w-3")
    snapshot = live_home.swarm.snapshot()
    old = {
        name: ProblemCode.ROLE_OUTDATED in {problem.code for problem in view_in(snapshot, live_home.id(name)).problems}
        for name in ("w-1", "w-2", "w-3")
    }
    assert old == {"w-1": True, "w-2": True, "w-3": False}
    live_home.swarm.beat(by="test", force=True)
    assert [each.count for each in live_home.state.alerts if each.cause is AlertCause.ROLE_FILES] == [1]
