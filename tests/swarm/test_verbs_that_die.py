"""Verbs killed by SIGKILL at their file operations: the next command works at once and puts right what they left.

At some operations of each kind; at every one with EVERY_POINT=1 in the environment (`make test TEST=...`).
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from swarm.api import Swarm
from swarm.lifecycle.attach import MayGoOn
from swarm.model.actor import Actor
from swarm.model.agent import Liveness
from swarm.model.launch import Launch
from swarm.model.record import Ending, Phase
from swarm.model.values import replace
from swarm.protocol import inbox
from swarm.protocol.paths import Layout
from swarm.verbs import report
from swarm.verbs.doctor import strays
from swarm.verbs.init import init
from tests.support.chatting import chat, with_chatter
from tests.support.doers import request
from tests.support.dying import live, points
from tests.support.homes import LiveHome
from tests.support.repositories import Repo

EVERY = bool(os.environ.get("EVERY_POINT"))
ENDS = ("kill", "collect", "end")
A_WHILE = 90.0
"""Seconds after which no writer of today can be at work any more; an agent may be silent for longer."""


class Case(NamedTuple):
    """A verb, what it is done to, and what has to hold afterwards. home, name, whether the verb was acknowledged."""

    deed: Callable[..., object]
    prepare: Callable[[LiveHome, str], None]
    after: Callable[[LiveHome, str], None]


# -- what dies ---------------------------------------------------------------------------------------------------------


def spawn(root: str, name: str) -> None:
    Swarm.open(root).spawn(request(name))


def kill(root: str, name: str) -> None:
    Swarm.open(root).kill([name], reason="it is not needed", grace=1.0)


def respawn(root: str, name: str) -> None:
    Swarm.open(root).respawn(name)


def heartbeat(root: str, _: str) -> None:
    Swarm.open(root).beat(by="one that dies", force=True)


def hold(root: str, name: str) -> None:
    Swarm.open(root).hold(name, beats=3, why="it takes long")


def message(root: str, name: str) -> None:
    Swarm.open(root).message(name, "use the second source")


def pause(root: str, name: str) -> None:
    Swarm.open(root).pause(name)


def resume(root: str, name: str) -> None:
    Swarm.open(root).resume(name)


def read(root: str, name: str) -> None:
    Swarm.open(root).read(name)


def archive(root: str, name: str) -> None:
    Swarm.open(root).archive([name])


def progress(root: str, name: str) -> None:
    report.progress(Layout(Path(root)), _agent(root, name), "half of it is done", 3)


def done(root: str, name: str) -> None:
    report.done(Layout(Path(root)), _agent(root, name), summary="it is there")


def merge(root: str, name: str) -> None:
    Swarm.open(root).merge(name, remove=True)


def remove_worktree(root: str, name: str) -> None:
    Swarm.open(root).remove_worktree(f"genesis-01/{name}", discard=True)


def attach(root: str, name: str) -> None:
    Swarm.open(root).attach(name, _talk)


def _talk(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
    process = subprocess.Popen(
        launch.argv, env=launch.environment, cwd=launch.cwd, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    started(process.pid)
    process.communicate(b"a word\n/exit\n")
    return process.returncode


def _agent(root: str, name: str) -> Actor:
    agent_id = f"genesis-01/{name}"
    record = Swarm.open(root).home.ledger.read().agents[agent_id]
    return Actor("agent", agent_id, record.spawn_id)


# -- before and after ------------------------------------------------------------------------------------------------


def nothing(home: LiveHome, name: str) -> None:
    """It is to be spawned."""


def running(home: LiveHome, name: str) -> None:
    home.spawn(name)


def ended(home: LiveHome, name: str) -> None:
    home.spawn(name)
    home.swarm.message(name, f"a word to {name}")
    home.swarm.kill([name], grace=1.0)


def over(home: LiveHome, name: str) -> None:
    home.spawn(name, "sh", "-c", """echo '{"summary": "there"}' > results.json""")
    home.wait_until_ended(name)


def read_before(home: LiveHome, name: str) -> None:
    over(home, name)
    home.swarm.settle()
    home.swarm.read(name)


def paused(home: LiveHome, name: str) -> None:
    home.spawn(name)
    home.swarm.pause(name)


def chatting(home: LiveHome, name: str) -> None:
    chat(home, name)


def with_work(home: LiveHome, name: str) -> None:
    repo = Repo(home.root.parent / f"repo-{name}")
    home.spawn(name, "true", worktree=str(repo.path))
    home.wait_until_ended(name)
    home.swarm.settle()
    worktree = home.record(name).worktree
    assert worktree is not None
    repo.write("work.py", "1\n", at=home.root / worktree.path)
    repo.commit("work", at=home.root / worktree.path)


def runs(home: LiveHome, name: str) -> bool:
    record = home.state.agents.get(home.id(name))
    return record is not None and record.phase is Phase.RUNNING


def lives_or_is_free(home: LiveHome, name: str) -> None:
    """It runs, or its name can be taken at once."""
    if home.id(name) not in home.state.agents:
        home.spawn(name)
    assert home.alive(name)


def goes_on(home: LiveHome, name: str) -> None:
    """Whatever became of the verb, the agent runs or was ended, and can be started again."""
    if runs(home, name):
        assert home.swarm.kill([name], grace=1.0).gone
    assert home.swarm.respawn(name).agent == home.id(name)


def was_killed(home: LiveHome, name: str) -> None:
    """Where the order stands, it was carried out, and its words are told; else the agent runs on."""
    record = home.record(name)
    if record.phase is Phase.ENDED:
        assert (record.ending, record.why, record.ended_by) == (Ending.KILLED, "it is not needed", "operator")
    goes_on(home, name)


def was_handed_on(home: LiveHome, name: str) -> None:
    """What the earlier run had not read waits for the next one."""
    if not runs(home, name):
        home.swarm.respawn(name)
    assert any(f"a word to {name}" in words for _, words in inbox.undelivered(home.agent(name))[0])


def can_be_read(home: LiveHome, name: str) -> None:
    assert home.swarm.read(name).results.summary == "there"
    assert home.record(name).read_by == "operator"


def is_put_away(home: LiveHome, name: str) -> None:
    if home.agent(name).path.exists():
        home.swarm.archive([name])
    assert not home.agent(name).path.exists()
    home.spawn(name)
    home.swarm.kill([name], grace=1.0)


def can_be_done(home: LiveHome, name: str) -> None:
    agent = home.agent(name)
    for line in agent.progress.read_text().splitlines() if agent.progress.exists() else ():
        assert line.endswith("half of it is done")
    progress(str(home.root), name)
    if not agent.results.exists():
        done(str(home.root), name)
    assert home.swarm.read(name).results.summary == "it is there"


def is_merged(home: LiveHome, name: str) -> None:
    repo = home.root.parent / f"repo-{name}"
    if not (repo / "work.py").exists():
        merge(str(home.root), name)
    assert (repo / "work.py").exists()


def is_removed(home: LiveHome, name: str) -> None:
    worktree = home.record(name).worktree
    assert worktree is not None
    if (home.root / worktree.path).exists():
        remove_worktree(str(home.root), name)
    assert not (home.root / worktree.path).exists()


CASES = {
    "spawn": Case(spawn, nothing, lives_or_is_free),
    "kill": Case(kill, running, was_killed),
    "respawn": Case(respawn, ended, was_handed_on),
    "heartbeat": Case(heartbeat, over, can_be_read),
    "hold": Case(hold, running, goes_on),
    "message": Case(message, running, goes_on),
    "pause": Case(pause, running, goes_on),
    "resume": Case(resume, paused, goes_on),
    "read": Case(read, over, can_be_read),
    "archive": Case(archive, read_before, is_put_away),
    "progress": Case(progress, running, can_be_done),
    "done": Case(done, running, can_be_done),
    "merge": Case(merge, with_work, is_merged),
    "remove worktree": Case(remove_worktree, with_work, is_removed),
    "attach": Case(attach, chatting, goes_on),
}


def must_be_whole(home: LiveHome) -> None:
    """The next command works, and after it nothing is half done, untold, without its name, or runs unknown."""
    home.open().message("bystander", "are you there?")
    home.open().settle()  # an end that came by itself is noticed by the next look
    state = home.state
    assert {record.phase for record in state.agents.values()} <= {Phase.RUNNING, Phase.ENDED, Phase.IDLE}
    assert state.branches_closed == frozenset()
    assert strays(home.home, state) == []
    told = {event.spawn_id for event in home.swarm.events(5000) if event.verb in ENDS and event.ok}
    for record in state.agents.values():
        if record.phase is Phase.ENDED:
            assert record.spawn_id in told, f"the end of {record.id} is not told"
        elif record.phase is Phase.RUNNING:
            assert home.home.runner.alive(record) is Liveness.ALIVE
    names = os.listdir(home.layout.agents / "genesis-01")
    for name in names:
        base, _, number = name.rpartition(".")
        assert not number.isdigit() or base in names, f"there is {name}, and no {base}"
        if name.startswith("worker") and not number.isdigit():
            assert home.id(name) in state.agents or home.agent(name).ended.exists(), f"{name} is not known"


def must_be_clean(home: LiveHome) -> None:
    """After a heartbeat no temp file is left."""
    home.clock.advance(A_WHILE)
    with home.agent("bystander").progress.open("a") as file:
        file.write("on my way\n")
    home.open().beat(by="next", force=True)
    assert list(home.root.rglob(".swarm-*.tmp")) == []


@pytest.mark.slow
@pytest.mark.parametrize("verb", CASES)
def test_a_verb_that_dies_anywhere_is_put_right_by_the_next_command(live_home: LiveHome, verb: str) -> None:
    case = CASES[verb]
    if verb == "attach":
        with_chatter(live_home, slots=1000)
    else:
        live_home.rules(slots=1000)
        live_home.swarm.reread()
    live_home.spawn("bystander")
    live_home.swarm.hold("bystander", beats=900, why="stands by")
    case.prepare(live_home, "first")
    operations = live(case.deed, live_home.root, "first").operations
    assert len(operations) >= 4
    case.after(live_home, "first")
    for at in points(operations, every=EVERY, most=4):
        name = f"worker-{at}"
        case.prepare(live_home, name)
        live(case.deed, live_home.root, name, at=at)
        must_be_whole(live_home)
        case.after(live_home, name)
    must_be_clean(live_home)
    must_be_whole(live_home)


def make_room(root: str, name: str) -> None:
    Swarm.open(root).spawn(replace(request(name), kill_first=(f"old-{name}",)))


@pytest.mark.slow
def test_the_name_of_a_spawn_that_dies_before_it_has_made_room_is_free_or_respawned(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    live_home.swarm.reread()
    live_home.spawn("old-first")
    operations = live(make_room, live_home.root, "first").operations
    for at in (operations.index("mkdir") + 2, len(operations) // 2):
        name = f"worker-{at}"
        live_home.swarm.kill(["genesis-01"], grace=1.0)
        live_home.spawn(f"old-{name}")

        assert live(make_room, live_home.root, name, at=at).died

        live_home.open().settle()
        live_home.swarm.kill(["genesis-01"], grace=1.0)
        if live_home.agent(name).spec.exists():
            live_home.swarm.respawn(name)
        else:
            live_home.spawn(name)
        assert live_home.alive(name)


@pytest.mark.slow
def test_an_init_that_dies_anywhere_is_finished_by_the_next_one(tmp_path: Path) -> None:
    operations = live(_init, tmp_path / "first").operations
    for at in points(operations, every=EVERY, most=4):
        root = tmp_path / f"home-{at}"
        live(_init, root, at=at)

        init(root)

        home = Swarm.open(root)
        home.beat(by="next", force=True)
        for path in root.rglob(".swarm-*.tmp"):
            os.utime(path, (0, 0))
        home.beat(by="next", force=True)
        assert list(root.rglob(".swarm-*.tmp")) == []
        assert home.snapshot().agents[0].id == "genesis-01"


def _init(root: str) -> None:
    init(root)
