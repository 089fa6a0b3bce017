"""Failure 10, "one more thing": an agent of any program that is held to a scope writes nowhere else.

A command with a scope runs in a box of the system's where there is one; else whoever spawns it is told.
"""

import os

import pytest

from swarm.errors import Refused
from swarm.model.causes import AlertCause
from swarm.programs import preflight
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

DONE = 'printf \'{"status":"success","summary":"x","outputs":[],"finished_at":"now"}\' > results.json'
boxed_only = pytest.mark.skipif(bool(preflight.no_box(os.environ)), reason="no box works here")


@pytest.fixture
def home(live_home: LiveHome) -> LiveHome:
    for name in ("site", "docs"):
        (live_home.root / name).mkdir()
    (live_home.root / "docs" / "page.md").write_text("before")
    return live_home


def runs(home: LiveHome, name: str, script: str, **more: object) -> str:
    """Lets an agent do something and end; returns its standard output."""
    home.spawn(name, "sh", "-c", script, **more)
    home.wait_until_ended(name)
    return home.agent(name).stdout.read_text()


ATTEMPTS = (
    "echo x > {root}/fix.py",
    "echo x >> {root}/docs/page.md",
    "rm {root}/docs/page.md",
    "mv {root}/docs {root}/gone",
    "touch {root}/docs/new.md",
    "echo x > {root}/swarm.toml",
    "echo x >> {root}/swarm/events.jsonl",
    "echo x > {own}/agent.json",
    "echo x > {own}/task.md",
    "echo x > {own}/.run/launch.json",
    "echo x > {own}/log/stdout",
    "ln -s {root}/docs way; echo x > way/page.md",
    "mount -o remount,rw /; mount -o remount,bind,rw {root}; echo x > {root}/fix.py",
    "chroot /proc/1/root sh -c 'echo x > {root}/fix.py'",
    "(setsid sh -c 'echo x > {root}/fix.py' &) ; sleep 0.1",
    "env -i sh -c 'echo x > {root}/fix.py'",
)
"""What an agent with room left may try, each line in a shell of its own."""


@boxed_only
@pytest.mark.parametrize("more", [{"role": "improvement"}, {"owns": ("site",)}], ids=["observes", "owns"])
def test_failure_10_a_command_with_a_scope_writes_nowhere_outside(home: LiveHome, more: dict[str, object]) -> None:
    own = home.agent("audit").path
    tries = "\n".join(f"( {attempt.format(root=home.root, own=own)} )" for attempt in ATTEMPTS)
    before = snapshot(home)
    site = "echo page > $SWARM_HOME/site/index.html" if "owns" in more else ":"
    said = runs(
        home, "audit", f"{tries}\n{site}\necho report > report.md && cat {home.root}/docs/page.md\n{DONE}", **more
    )
    assert said == "before"
    assert snapshot(home) == before
    assert (own / "report.md").read_text() == "report\n"
    assert (home.root / "site" / "index.html").exists() == ("owns" in more)
    assert home.home.layout.events.read_bytes().endswith(b"\n")
    assert not [alert for alert in home.state.alerts if alert.cause is AlertCause.OUTSIDE]


def snapshot(home: LiveHome) -> dict[str, bytes]:
    """Every file of the home but what the engine writes and what is owned."""
    left_out = (home.layout.swarm, home.root / "site")
    files = [path for path in home.root.rglob("*") if path.is_file() and not any(map(path.is_relative_to, left_out))]
    return {str(path): path.read_bytes() for path in files}


@boxed_only
def test_an_agent_in_a_box_reports_and_is_asked_to_end_and_paused_like_any_other(home: LiveHome) -> None:
    script = (
        "swarm-tui progress 'I look' > said 2>&1\n"
        "trap 'swarm-tui done --summary asked > asked 2>&1; exit 0' TERM\n"
        "touch ready\nwhile :; do sleep 0.1; done"
    )
    home.spawn("audit", "sh", "-c", script, role="improvement")
    agent = home.agent("audit")
    wait_for((agent.path / "ready").exists, "the agent to be at work")
    assert "I look" in agent.progress.read_text()
    home.swarm.pause("audit")
    home.swarm.resume("audit")
    home.swarm.kill(["audit"], grace=20.0)
    assert '"asked"' in agent.results.read_text(), (agent.path / "asked").read_text()
    assert not home.record("audit").unverified


@boxed_only
def test_who_is_killed_in_a_box_leaves_nothing(home: LiveHome) -> None:
    home.spawn("audit", "sh", "-c", "trap '' TERM; (setsid sleep 300 &); touch ready; sleep 300", role="improvement")
    wait_for((home.agent("audit").path / "ready").exists, "the agent to be at work")
    home.swarm.kill(["audit"], grace=0.1)
    assert not home.record("audit").unverified
    assert not home.alive("audit")


def warned(home: LiveHome, **more: object) -> str:
    """What a spawn says of how an agent would be held."""
    return " ".join(home.swarm.check_spawn(home.request("w1", **more)).warnings)


def test_a_spawn_says_where_no_box_holds_its_agent(home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "no_box", lambda environment: "bwrap is not on PATH")
    for more, because in (({"role": "improvement"}, "only observes"), ({"owns": ("site",)}, "owns site")):
        said = warned(home, **more)
        assert f"w1 {because}, and runs without a box: bwrap is not on PATH" in said
        assert "not prevented" in said
    assert "box" not in warned(home)


@boxed_only
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("docs/page.md", "is a file"),
        ("new", "is not there yet"),
        ("away", "leads out of the home by a link"),
    ],
)
def test_a_spawn_says_which_path_no_box_can_hold(home: LiveHome, path: str, why: str) -> None:
    (home.root / "away").symlink_to("/usr")
    said = warned(home, owns=(path,))
    assert f"runs without a box: {path!r} {why}" in said


@boxed_only
def test_the_policy_asks_for_a_box_or_for_none(home: LiveHome) -> None:
    assert "box" not in warned(home, owns=("site",))
    assert "box" not in warned(home, owns=("docs/*.md",))
    home.rules(more='\n[programs.command]\nscope = "narrow"\n')
    home.swarm = home.open()
    assert "asks for none" in warned(home, owns=("site",))
    home.rules(more='\n[programs.command]\nscope = "sandbox"\n')
    home.swarm = home.open()
    assert "box" not in warned(home, owns=("site",))
    with pytest.raises(Refused, match="held in a box") as refusal:
        home.spawn("w1", owns=("new",))
    assert refusal.value.code == "scope"


@boxed_only
def test_a_command_that_is_not_there_is_refused_for_a_box_too(home: LiveHome) -> None:
    with pytest.raises(Refused, match="not on PATH"):
        home.spawn("w1", "no-such-program", owns=("site",))
