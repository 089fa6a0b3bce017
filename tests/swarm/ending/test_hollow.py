"""Hollow success on real agents: at their end it is written down, and every surface shows it until it is decided."""

import json
from typing import Any

import pytest

from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending
from swarm.model.review import DisputeKind
from swarm_tui.cli.status_json import document
from swarm_tui.cli.status_text import counts
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

HOLLOW = {
    "nothing": ("{}", DisputeKind.EMPTY),
    "missing": ('{"summary": "done", "outputs": ["report.md"]}', DisputeKind.MISSING_OUTPUT),
    "not-made": ('{"summary": "done"}', DisputeKind.NO_OUTPUTS),
    "own-word": ('{"summary": "done", "acceptance": [{"text": "live", "passed": false}]}', DisputeKind.OWN_WORD),
}
HONEST = {
    "made": 'echo text > report.md; echo \'{"summary": "done", "outputs": ["report.md"]}\' > results.json',
    "partial": 'echo \'{"status": "partial", "acceptance": [{"text": "live", "passed": false}]}\' > results.json',
}


def test_failure_9_a_hollow_success_is_disputed_on_every_surface_until_somebody_decides(live_home: LiveHome) -> None:
    for name, (text, _) in HOLLOW.items():
        outputs = ("*.md",) if name == "not-made" else ()
        live_home.spawn(name, "sh", "-c", f"echo '{text}' > results.json", outputs=outputs)
    for name, script in HONEST.items():
        live_home.spawn(name, "sh", "-c", script)
    for name in (*HOLLOW, *HONEST):
        live_home.wait_until_ended(name)
    live_home.swarm.settle()

    snapshot = live_home.swarm.snapshot()
    judged = live_home.swarm.verdicts(snapshot)
    assert {name: judged[live_home.id(name)].state for name in HOLLOW} == dict.fromkeys(HOLLOW, Health.DISPUTED)
    assert {name: judged[live_home.id(name)].state for name in HONEST} == dict.fromkeys(HONEST, Health.DONE)
    value: Any = document(snapshot, judged, live_home.swarm.now(), live_home.home.policy)
    rows = {row["name"]: row for row in value["agents"]}
    for name, (_, kind) in HOLLOW.items():
        assert live_home.record(name).ending is Ending.DONE
        assert [each["kind"] for each in rows[name]["disputes"]] == [kind]
        assert rows[name]["state"] == "disputed"
        assert [each.kind for each in live_home.swarm.read(name).disputes] == [kind]
    alerts = {alert.agent for alert in live_home.state.alerts if alert.cause is AlertCause.DISPUTED}
    assert alerts == {live_home.id(name) for name in HOLLOW}
    assert counts(snapshot, judged).attention.count == len(HOLLOW)
    assert not live_home.swarm.beat(by="test").passed

    live_home.swarm.accept("missing")
    live_home.swarm.accept("own-word")
    live_home.swarm.accept("not-made")
    live_home.swarm.reject("nothing", why="it says nothing")
    snapshot = live_home.swarm.snapshot()
    judged = live_home.swarm.verdicts(snapshot)
    assert [judged[live_home.id(name)].state for name in ("missing", "nothing")] == [Health.DONE, Health.FAILED]
    assert not [alert for alert in live_home.state.alerts if alert.cause is AlertCause.DISPUTED]
    assert live_home.swarm.beat(by="test", force=True).passed
    assert counts(snapshot, judged).attention.count == 0


def test_failure_9_an_agent_that_still_runs_is_disputed_before_its_end(live_home: LiveHome) -> None:
    live_home.spawn("w", "sh", "-c", "trap 'echo text > x.md; exit 0' TERM; while :; do sleep 0.05; done")
    live_home.write_results("w", json.dumps({"summary": "done", "outputs": ["x.md"]}))

    view = live_home.swarm.snapshot().agent(live_home.id("w"))

    assert view is not None
    assert live_home.swarm.verdicts(live_home.swarm.snapshot())[view.id].state is Health.DISPUTED
    live_home.swarm.kill(["w"], reason="test")
    wait_for(lambda: live_home.record("w").ending is Ending.DONE, "its end")
    assert live_home.record("w").disputes == ()
    assert live_home.swarm.verdicts(live_home.swarm.snapshot())[view.id].state is Health.DONE


@pytest.mark.parametrize("rewritten", [{"outputs": []}, {"outputs": ["results.json"]}, None])
def test_failure_9_an_agent_that_takes_back_what_it_was_to_make_has_not_made_it(
    live_home: LiveHome, rewritten: dict[str, Any] | None
) -> None:
    live_home.spawn("w", "sh", "-c", "while [ ! -e go ]; do sleep 0.05; done", outputs=("*.md",))
    agent = live_home.agent("w")
    spec = json.loads(agent.spec.read_text())
    agent.spec.write_text(json.dumps({**spec, **rewritten}) if rewritten is not None else "gone")
    live_home.write_results("w", json.dumps({"summary": "done"}))
    (agent.path / "go").touch()
    live_home.wait_until_ended("w")
    live_home.swarm.settle()

    assert [each.kind for each in live_home.record("w").disputes] == [DisputeKind.CHANGED_SPEC]
