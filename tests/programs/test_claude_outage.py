"""A model service that refuses the whole swarm: one alert, nobody is started, and everything goes on afterwards."""

import threading

import pytest

from swarm.errors import Refused as SpawnRefused
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending
from tests.support.model_scripts import Answer, Refuse, Seen, say, shell
from tests.support.program_home import ProgramHome

PROGRAMS = ("claude",)
NAMES = ("worker-1", "worker-2", "worker-3")


def alerts(real: ProgramHome) -> list[str]:
    return [alert.cause for alert in real.state.alerts]


def test_a_whole_swarm_that_is_refused_raises_one_alert_and_starts_nobody_until_the_service_is_back(
    real: ProgramHome,
) -> None:
    back = threading.Event()

    def script(seen: Seen) -> Answer:
        if not back.is_set():
            return Refuse(500)
        return shell('swarm-tui done --summary "it is there"') if seen.turns == 0 else say("Done.")

    real.use("claude", script, env={"CLAUDE_CODE_MAX_RETRIES": "8"})
    for name in NAMES:
        real.start(name, "claude")
    for name in NAMES:
        real.seen(name, lambda view: view.retries >= 2, "two retries")
    beat = real.swarm.beat(by="test", force=True)
    assert beat.counts.get(Health.RETRYING) == len(NAMES), beat.counts
    assert alerts(real) == [AlertCause.SERVICE]
    with pytest.raises(SpawnRefused) as refused:
        real.open(real.actor("worker-1")).spawn(real.request("helper"))
    assert refused.value.code == "service"
    back.set()
    for name in NAMES:
        view = real.ended(name)
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
    real.swarm.beat(by="test", force=True)
    assert AlertCause.SERVICE not in alerts(real)
