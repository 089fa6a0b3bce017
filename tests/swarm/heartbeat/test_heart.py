"""A scheduler that died or hangs is seen at the next look, whatever the ledger says of its next heartbeat."""

import signal
import subprocess
import sys

from swarm.model.causes import AlertCause
from swarm.model.heart import Heart, HeartState
from swarm.rules.heart import heart
from swarm_tui.cli.status_json import document
from swarm_tui.cli.status_text import line, tree
from tests.support.homes import PERIOD, LiveHome
from tests.support.wait import wait_for
from widgets.charset import UNICODE

OWNER = (
    "import sys; from swarm.api import Swarm; s = Swarm.open(sys.argv[1]); print(s.own_heartbeat('run'));"
    "sys.stdout.flush(); sys.stdin.read()"
)


def heart_of(home: LiveHome) -> Heart:
    return heart(home.swarm.snapshot(), home.home.policy, home.home.now())


def surfaces(home: LiveHome) -> tuple[str, str, dict[str, object]]:
    """What `status`, `status --line` and the heartbeat of `status --json` say."""
    snapshot, now, policy = home.swarm.snapshot(), home.home.now(), home.home.policy
    judged, beats = home.swarm.verdicts(snapshot, now), heart(snapshot, policy, now)
    cells = tree(snapshot, judged, now, beats, UNICODE, None)
    beat = document(snapshot, judged, now, policy)["heartbeat"]
    assert isinstance(beat, dict)
    text = "\n".join("".join(cell.text for cell in row) for row in cells)
    return text, line(snapshot, judged, now, beats, UNICODE), beat


def test_a_stopped_or_killed_scheduler_is_told_on_every_surface_and_replaced(live_home: LiveHome) -> None:
    live_home.swarm.beat(by="test")
    run = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(live_home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == b"True\n"
        assert heart_of(live_home).state is HeartState.BEATS
        assert live_home.swarm.snapshot().alerts == ()

        run.send_signal(signal.SIGSTOP)
        live_home.clock.advance(2 * PERIOD + 61)
        hung = heart_of(live_home)
        assert (hung.state, hung.why) == (
            HeartState.STOPPED,
            f"run (pid {run.pid}) has the heartbeat, and does not beat",
        )
    finally:
        run.kill()
        run.communicate()

    wait_for(lambda: "is gone" in heart_of(live_home).why, "the death to be seen")
    text, short, beat = surfaces(live_home)
    command = f"swarm-tui -C {live_home.root} run"
    assert "HEART STOPPED 31m" in text
    assert "next" not in text
    assert command in text
    assert short.startswith("HEART STOPPED 31m")
    assert (beat["state"], beat["next_at"], beat["running"], beat["start"]) == ("stopped", None, False, command)
    assert [alert.cause for alert in live_home.swarm.snapshot().alerts] == [AlertCause.HEART_STOPPED]

    assert live_home.swarm.own_heartbeat("control room")
    assert live_home.swarm.beat_when_due("control room") is not None
    assert heart_of(live_home).state is HeartState.BEATS
    assert AlertCause.HEART_STOPPED not in {alert.cause for alert in live_home.swarm.snapshot().alerts}


def test_a_scheduler_that_hangs_is_replaced_without_being_ended(live_home: LiveHome) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(live_home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(signal.SIGSTOP)
        live_home.clock.advance(PERIOD + 30)
        assert not live_home.swarm.own_heartbeat("control room")
        live_home.clock.advance(PERIOD + 31)
        assert live_home.swarm.own_heartbeat("control room")
        assert run.poll() is None
    finally:
        run.kill()
        run.communicate()


def test_a_heartbeat_whose_process_died_in_it_is_not_said_to_run(live_home: LiveHome) -> None:
    code = (
        "import os, sys\n"
        "from swarm.api import Swarm\n"
        "from swarm.ending.intents import at_work\n"
        "from swarm.heartbeat.beat import claim\n"
        "with at_work() as begin:\n"
        "    claim(Swarm.open(sys.argv[1]).home, 'run', begin, force=False)\n"
        "    os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(live_home.root)], check=True)
    assert live_home.state.running is not None
    assert live_home.swarm.snapshot().heartbeat_running is None
    assert "running" not in surfaces(live_home)[0].splitlines()[0].partition("●")[0]
