"""The demo: every state of the health table and each failure with real processes, and nothing left afterwards."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm import platform
from swarm.api import Swarm
from swarm.config.checked import parse_policy
from swarm.errors import Refused, UsageError
from swarm.ledger.audit_log import Event
from swarm.model.actor import AuditVerb
from swarm.model.agent import Identity
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.record import Alert
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.processes.identity import identify, send
from swarm.protocol.role import Role
from swarm.protocol.roles import load_roles
from swarm_tui.demo import headless, main
from swarm_tui.demo.agents import SCRIPTS
from swarm_tui.demo.agents import main as run_script
from swarm_tui.demo.failures import FAILURES
from swarm_tui.demo.home import make_demo, policy_text
from swarm_tui.demo.operator import CAST
from swarm_tui.demo.seen import EXPECTED, Seen
from swarm_tui.demo.spawns import REPORT
from tests.support.ptys import Terminal
from tests.support.wait import wait_for


def running_in(home: Path) -> list[Identity]:
    """Every living process with this home in its environment."""
    found = []
    for pid in platform.pids():
        environment = platform.environ(pid)
        if pid != os.getpid() and environment is not None and environment.get("SWARM_HOME") == str(home):
            identity = identify(pid)
            if identity is not None:
                found.append(identity)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A place for a demo's home; what a failed test leaves running there is ended."""
    place = tmp_path.resolve() / "demo"
    yield place
    for identity in running_in(place):
        send(identity, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_state_is_reached_each_failure_is_seen_and_nothing_is_left(home: Path) -> None:
    out = io.StringIO()
    status = headless.run(300, 120, out, directory=home, until_all=True)
    assert status == 0, out.getvalue()
    assert running_in(home) == []
    text = out.getvalue()
    assert "refused (budget)" in text
    assert "10 of the ten failures" in text
    assert "\x1b" not in text
    swarm = Swarm.open(home)
    ours = [record for record in swarm.home.ledger.read().agents.values() if record.live]
    assert ours == []


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_demo_that_is_killed_takes_its_actors_with_it(home: Path) -> None:
    script = f"import sys; from swarm_tui.demo.main import run; run(True, 120, 20, {str(home)!r})"
    demo = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(running_in(home)) >= 2, "actors run", deadline=60)
    finally:
        demo.kill()
        demo.wait()
    wait_for(lambda: not running_in(home), "the actors have noticed", deadline=60)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_demo_that_is_interrupted_ends_in_order_and_removes_its_directory(tmp_path: Path) -> None:
    place = tmp_path.resolve()
    script = "import sys; from swarm_tui.cli.main import main; sys.exit(main(['demo', '--headless', '--for', '120s']))"
    demo = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(place)},
    )
    try:
        wait_for(lambda: any(running_in(each) for each in place.iterdir()), "an actor runs", deadline=60)
        home = next(place.iterdir())
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 130
    finally:
        demo.kill()
        demo.wait()
    assert running_in(home) == []
    assert list(place.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_demo_whose_terminal_is_closed_leaves_nothing_running(home: Path) -> None:
    demo = Terminal(sys.executable, "-m", "swarm_tui", "demo", "--dir", str(home))
    try:
        wait_for(lambda: demo.shows(b"any other key begins"), "it says what to try", deadline=60)
        demo.press(b" ")
        wait_for(lambda: demo.shows(b"long-build"), "the agents are on the screen", deadline=60)
        demo.close()
        wait_for(demo.ended, "the demo is over", deadline=60)
        assert running_in(home) == []
    finally:
        demo.kill()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_demo_that_is_left_says_what_was_seen(home: Path) -> None:
    demo = Terminal(sys.executable, "-m", "swarm_tui", "demo", "--dir", str(home), "--speed", "600")
    try:
        wait_for(lambda: demo.shows(b"any other key begins"), "it says what to try", deadline=60)
        demo.press(b"x")
        wait_for(lambda: demo.shows(b"long-build"), "the agents are on the screen", deadline=60)
        demo.press(b"q")
        wait_for(lambda: demo.shows(b"of the ten failures"), "it says what was seen", deadline=60)
        wait_for(lambda: demo.shows(b"To make a swarm of your own") or demo.ended(), "it goes on to say what next")
        wait_for(demo.ended, "it is over", deadline=60)
        assert demo.status == 0
        assert running_in(home) == []
        assert b"Stop genesis" not in demo.text
    finally:
        demo.kill()


def test_the_summary_of_a_demo_names_each_failure_and_counts_what_was_done() -> None:
    seen = Seen()
    alert = Alert(f"genesis-01/{REPORT}/failure-3/helper", AlertCause.LOOPING, "it loops", "")
    assert seen.look(replace(Snapshot(1), alerts=(alert,)), {"genesis-01": Verdict(Health.IDLE, "")}) == [3]
    assert seen.look(replace(Snapshot(2), alerts=(alert,)), {}) == []
    done = [(AuditVerb.HEARTBEAT, True), (AuditVerb.SPAWN, True), (AuditVerb.SPAWN, False), (AuditVerb.KILL, True)]
    seen.count(Event(1, "", "engine", verb, "", "", ok, "", "", {}) for verb, ok in done)
    lines = seen.summary(120.4)
    assert lines[0] == "What this demo showed in 2m:"
    assert lines[1] == "  1 heartbeat, 1 spawn (1 refused), 1 kill, 0 alerts"
    assert lines[2] == "  1 of the ten failures"
    assert [line.split()[0] for line in lines[3:]] == [str(number) for number in range(1, 11)]
    assert lines[5].endswith("looping")
    assert all(line.endswith("not yet") for line in lines[3:] if " 3  " not in line)
    assert all(len(line) < 80 for line in lines)


def test_a_demo_takes_no_directory_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(Refused) as caught:
        make_demo(tmp_path)
    assert caught.value.code == "exists"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_demo_home_is_a_real_home(tmp_path: Path) -> None:
    swarm = make_demo(tmp_path / "home")
    assert all(isinstance(role, Role) for role in load_roles(swarm.home.layout).values())
    assert swarm.home.policy.heartbeat.period == 15


@pytest.mark.parametrize(("speed", "period"), [(60, 15.0), (1, 900.0), (240, 3.75), (3600, 0.25)])
def test_speed_divides_the_period_and_nothing_of_the_rules(speed: float, period: float) -> None:
    policy = parse_policy(policy_text(speed))
    assert policy.heartbeat.period == period
    assert (policy.heartbeat.investigate_after, policy.heartbeat.kill_after) == (2, 3)


def test_everybody_in_the_cast_has_a_part_and_a_role(tmp_path: Path) -> None:
    roles = load_roles(make_demo(tmp_path / "home").home.layout)
    for part in CAST:
        assert part.words[0] in SCRIPTS
        assert isinstance(roles[part.role], Role)


def test_the_cast_fills_the_slots_so_that_the_next_one_waits() -> None:
    policy = parse_policy(policy_text(60))
    first = [part for part in CAST if part.at == 0]
    committed = sum(part.slots or policy.slots.for_role(part.role) for part in first if not part.below)
    assert committed == policy.slots.max - policy.slots.reserve
    assert any(part.queue for part in CAST)


def test_the_ten_failures_have_rows_that_say_their_number_below_one_agent_with_room_for_them() -> None:
    (branch,) = (part for part in CAST if part.name == REPORT)
    below = [part for part in CAST if part.below == REPORT]
    assert [each.number for each in FAILURES] == list(range(1, 11))
    assert [part.name for part in below] == [f"failure-{number}" for number in range(1, 11)]
    assert branch.slots == 13
    assert min(part.at for part in below) > branch.at  # the start is not slowed by them


def test_only_the_state_that_no_command_can_report_is_not_expected() -> None:
    assert set(Health) - set(EXPECTED) == {Health.RETRYING, Health.WAITING}


def test_an_actor_without_a_part_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_script(["hamlet"]) == 2
    assert "parrot" in capsys.readouterr().err


def test_a_time_limit_without_headless_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="headless"):
        main.run(headless=False, for_seconds=10)
