"""An agent that ends while a scan looks at it is never said to be lost."""

import os
import signal

import pytest

from swarm.model.agent import Liveness
from swarm.model.health import Health
from swarm.model.record import Record
from swarm.model.reports import ResultsState
from swarm.processes.local_runner import LocalRunner
from tests.support.homes import LiveHome
from tests.support.wait import wait_for


@pytest.mark.parametrize("reported", [False, True])
def test_how_it_ended_is_read_again_where_its_process_is_found_gone(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch, reported: bool
) -> None:
    live_home.spawn("worker-1")
    process = live_home.record("worker-1").process
    assert process is not None
    life = LocalRunner.life

    def ends_first(self: LocalRunner, record: Record) -> tuple[Liveness, bool]:
        if not live_home.agent("worker-1").exit.exists():
            if reported:
                live_home.write_results("worker-1")
            os.kill(process.pid, signal.SIGTERM)
            wait_for(live_home.agent("worker-1").exit.exists, "its end")
            wait_for(lambda: life(self, record)[0] is Liveness.DEAD, "its keeper to end")
        return life(self, record)

    monkeypatch.setattr(LocalRunner, "life", ends_first)

    snapshot = live_home.swarm.scanner.full()

    view = snapshot.agent(live_home.id("worker-1"))
    assert view is not None
    assert view.exit is not None
    verdict = live_home.swarm.verdicts(snapshot)[live_home.id("worker-1")]
    assert verdict.state is (Health.DONE if reported else Health.FAILED)
    assert (view.results.state is ResultsState.VALID) is reported
