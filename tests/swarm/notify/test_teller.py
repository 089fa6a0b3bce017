"""Telling the operator: real requests to a service on loopback, real commands, and what becomes of those that fail."""

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from swarm.config.notify_policy import NotifyPolicy, Target
from swarm.errors import PolicyError, Refused
from swarm.home.context import Home
from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.notify import memory, teller
from swarm.notify.commands import run
from swarm.notify.secrets import address_of
from swarm.notify.start import Teller
from swarm.processes.beside import at_work
from swarm.store import locks
from swarm_tui.settings.values import Notify
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

NOBODY = NotifyPolicy()


class Service(NamedTuple):
    port: int
    heard: list[tuple[str, Any]]
    hanging: threading.Event
    """While it is set, a request is not answered."""


@pytest.fixture
def service() -> Iterator[Service]:
    heard: list[tuple[str, Any]] = []
    hanging, over = threading.Event(), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if hanging.is_set():
                over.wait(30)
                return
            heard.append((self.path, json.loads(body)))
            self._answer()

        def do_GET(self) -> None:
            heard.append((self.path, None))
            self._answer()

        def _answer(self) -> None:
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Service(server.server_port, heard, hanging)
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def alerts(home: LiveHome) -> dict[str, str]:
    return {str(alert.cause): alert.text for alert in home.swarm.snapshot().alerts}


def told(home: LiveHome, own: NotifyPolicy = NOBODY) -> list[teller.Failure]:
    found = teller.tell(home.open().home, own)
    assert found is not None
    return found


def test_alerts_reach_home_targets_and_the_operators_own_each_once_and_commands_and_ping_hear_of_it(
    live_home: LiveHome, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEAM_URL", f"json://127.0.0.1:{service.port}/team")
    own_file = tmp_path / "own.url"
    own_file.write_text(f"json://127.0.0.1:{service.port}/own\n")
    own_file.chmod(0o600)
    own = NotifyPolicy(targets={"phone": Target(file=str(own_file), severity="danger")}, every=0)
    live_home.rules(
        more='[notify]\nevery = 0\n[notify.targets.team]\nenv = "TEAM_URL"\n'
        f'[ping]\nurl = "http://127.0.0.1:{service.port}/ping"\n'
        '[hooks.on]\nfailed = "cat >> failed.json"\nneeds-you = "cat > needs.json"\nheartbeat = "cat > beat.json"\n'
    )
    assert told(live_home, own) == []
    assert service.heard == []  # nothing has happened, and no heartbeat was made

    live_home.spawn("worker-1", "sh", "-c", "exit 3")
    live_home.wait_until_ended("worker-1")
    swarm = live_home.open()
    swarm.beat(by="test", force=True)
    assert told(live_home, own) == []

    paths = [path for path, _ in service.heard]
    assert sorted(paths) == ["/own", "/ping", "/team"]
    message = next(body for path, body in service.heard if path == "/team")
    assert message["title"] == "home: genesis-01/worker-1: failed"
    failed = json.loads((live_home.root / "failed.json").read_text())
    assert (failed["event"], failed["agent"]) == ("failed", "genesis-01/worker-1")
    assert json.loads((live_home.root / "needs.json").read_text())["agents"] == ["genesis-01/worker-1"]
    assert json.loads((live_home.root / "beat.json").read_text())["n"] == 1

    assert told(live_home, own) == []
    assert len(service.heard) == 3  # each once, the ping once a heartbeat
    records = live_home.layout.notified.read_text() + live_home.layout.events.read_text()
    assert "127.0.0.1" not in records


def test_a_target_that_hangs_or_refuses_is_an_alert_that_goes_once_it_works(
    live_home: LiveHome, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_URL", f"json://127.0.0.1:{service.port}/team")
    monkeypatch.setattr("swarm.rules.notifications.RETRY_S", 0.0)
    live_home.rules(
        more='[notify]\nevery = 0\ntimeout = 0.2\n[notify.targets.team]\nenv = "TEAM_URL"\n'
        '[ping]\nenv = "NO_SUCH_VARIABLE"\n[hooks]\ntimeout = 0.2\n[hooks.on]\nalert = "sleep 60"\n'
    )
    live_home.spawn("worker-1", "sh", "-c", "exit 3")
    live_home.wait_until_ended("worker-1")
    live_home.open().beat(by="test", force=True)

    service.hanging.set()
    assert [each.who for each in told(live_home)] == ["team", "the command on alert", "the ping"]
    text = alerts(live_home)["notify"]
    assert "team: no answer within 0.2 s" in text
    assert "the command on alert: no end within 0.2 s" in text
    assert "The variable NO_SUCH_VARIABLE is not set" in text

    service.hanging.clear()
    monkeypatch.setenv("NO_SUCH_VARIABLE", f"http://127.0.0.1:{service.port}/ping")
    live_home.rules(more='[notify]\nevery = 0\n[notify.targets.team]\nenv = "TEAM_URL"\n')
    assert told(live_home) == []
    assert [body["title"] for path, body in service.heard if path == "/team"] == ["home: genesis-01/worker-1: failed"]
    assert "notify" not in alerts(live_home)


def test_one_process_tells_at_a_time_and_a_damaged_memory_is_begun_anew(live_home: LiveHome) -> None:
    with locks.held(live_home.layout.notify_lock, 0.0) as mine:
        assert mine
        assert teller.tell(live_home.home, NOBODY) is None
    live_home.layout.notified.write_bytes(b'{"targets": 3')
    assert told(live_home) == []
    assert memory.load(live_home.layout).event_seq is not None


def test_the_owner_of_the_heartbeat_starts_it_for_what_is_new_and_others_only_where_the_heart_has_stopped(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[NotifyPolicy] = []
    monkeypatch.setattr("swarm.notify.start.start", lambda home, own: started.append(own))
    one, heart = Alert("a", AlertCause.LOOPING, "x"), Alert("", AlertCause.HEART_STOPPED, "x")
    at = [0.0]
    assert not Teller().look(live_home.home, [one], owner=True, beaten=True)  # there is nobody to tell

    live_home.rules(more='[hooks.on]\nalert = "true"\n')
    home: Home = live_home.open().home
    owner, other = Teller(monotonic=lambda: at[0]), Teller()
    seen = [owner.look(home, found, owner=True) for found in ([], [one], [one], [], [one])]
    assert seen == [False, True, False, False, True]
    assert owner.look(home, [one], owner=True, beaten=True)
    assert [other.look(home, found, owner=False) for found in ([one], [one, heart], [heart])] == [False, True, False]
    assert len(started) == 4


def test_what_a_message_held_back_is_looked_at_after_the_pause_and_what_cannot_be_started_is_tried_again(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, refused = [0.0], [False]

    def start(home: Home, own: NotifyPolicy) -> None:
        if refused[0]:
            raise BlockingIOError("no more processes")

    monkeypatch.setattr("swarm.notify.start.start", start)
    live_home.rules(more='[notify]\nevery = 60\n[hooks.on]\nalert = "true"\n')
    home, one = live_home.open().home, Alert("a", AlertCause.LOOPING, "x")
    teller = Teller(monotonic=lambda: at[0])

    def looks(seconds: float) -> bool:
        at[0] = seconds
        return teller.look(home, [one], owner=True)

    assert [looks(each) for each in (0, 60, 61, 200)] == [True, False, True, False]
    one, refused[0] = Alert("b", AlertCause.LOOPING, "x"), True
    assert [looks(each) for each in (300, 302)] == [False, False]
    refused[0] = False
    assert looks(304)


def test_the_process_is_started_with_the_operators_own_targets_and_ends_by_itself(
    live_home: LiveHome, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONE", f"json://127.0.0.1:{service.port}/own")
    live_home.spawn("worker-1", "sh", "-c", "exit 3")
    live_home.wait_until_ended("worker-1")
    live_home.swarm.beat(by="test", force=True)
    own = Notify(targets={"phone": Target(env="PHONE")}, bell=True).away  # as config.toml has it
    assert live_home.swarm.tell_operator(Teller(own), owner=True, beaten=True)
    wait_for(lambda: service.heard, "the message")
    wait_for(lambda: memory.load(live_home.layout).targets, "the memory of it")
    wait_for(lambda: not at_work(), "its end")


def test_a_secret_that_others_could_read_is_refused_and_none_is_ever_said(tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text("ntfy://secret\n")
    path.chmod(0o644)
    with pytest.raises(Refused, match="can be read by others") as said:
        address_of(Target(file=str(path)), os.environ)
    assert "chmod 600" in said.value.hint
    path.chmod(0o600)
    assert address_of(Target(file=str(path)), os.environ) == "ntfy://secret"
    path.write_text("one\ntwo\n")
    for target in (Target(file=str(path)), Target(file=str(tmp_path)), Target(file="/no/such"), Target(env="NO_SUCH")):
        with pytest.raises(Refused):
            address_of(target, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[notify.targets.a]\nurl = "slack://TokenA/secret"\n', "it may hold a secret"),
        ('[notify.targets.a]\nseverity = "danger"\n', "one of url, env and file"),
        ('[notify.targets.a]\nenv = "A"\nfile = "/tmp/secret"\n', "one of url, env and file"),
        ('[notify]\nquiet = "night"\n', "22:00-07:00"),
        ('[ping]\nurl = "ftp://secret"\n', "no http"),
        ('[hooks.on]\nburned = "true"\n', "hooks.on"),
    ],
)
def test_what_is_wrong_in_swarm_toml_is_named_and_no_secret_with_it(live_home: LiveHome, text: str, words: str) -> None:
    live_home.rules(more=text)
    error = live_home.open().home.policy_error
    assert isinstance(error, PolicyError)
    said = f"{error.title} {error.detail}"
    assert words in said
    assert "secret" not in said.replace("may hold a secret", "")


def test_a_command_gets_json_and_its_time_and_leaves_nothing(tmp_path: Path) -> None:
    assert run("cat > told.json", tmp_path, {"event": "failed"}, 10) == ""
    assert json.loads((tmp_path / "told.json").read_text()) == {"event": "failed"}
    assert run("echo what is wrong >&2; exit 4", tmp_path, {}, 10) == "exit code 4: what is wrong"
    assert run("echo $$ > pid; sleep 100 & wait", tmp_path, {}, 0.3) == "no end within 0.3 s"
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not os.path.exists(f"/proc/{pid}") if os.path.isdir("/proc") else True, "its end")
    assert run("true", tmp_path / "gone", {}, 10).startswith("it could not be run")
