"""A full disk disarms nobody: kills, automatic kills and heartbeats work on it, and lose nothing.

Where each file operation fails in turn, every third one does; every one with EVERY_POINT=1 in the environment.
"""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.errors import Refused, SwarmError
from swarm.home import reserve_notes
from swarm.ledger.codec import read_ended
from swarm.model.disk import Room
from swarm.model.record import Ending, Phase
from swarm.store import reserve
from swarm.verbs import report
from tests.support import crash, full_disk
from tests.support.homes import LiveHome, home_for_a_test
from tests.support.wait import wait_for

STEP = 1 if os.environ.get("EVERY_POINT") else 3


@pytest.fixture
def small_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveHome]:
    """A home on a disk of 3 MiB, after a heartbeat."""
    with full_disk.small_disk(tmp_path / "disk") as disk:
        for home in home_for_a_test(disk / "home", monkeypatch):
            home.swarm.beat(by="test", force=True)
            yield home


def no_reserve(home: LiveHome) -> None:
    """Uses the whole reserve up, and the blocks of the logs."""
    while reserve.give_up(home.layout.reserve):
        full_disk.fill(home.root)
    for log in (home.layout.events, home.layout.heartbeats):
        log.write_bytes(log.read_bytes())
    full_disk.fill(home.root)


def remove_fillings(home: LiveHome) -> None:
    for path in home.root.glob("filling*"):
        path.unlink()


def test_an_agent_that_takes_every_block_is_killed_and_recorded(small_home: LiveHome) -> None:
    small_home.spawn("worker-2")
    small_home.spawn("worker-1", *full_disk.hog(small_home.root / "filling-hog"))
    wait_for(lambda: full_disk.is_full(small_home.root), "the disk to be full")

    report = small_home.swarm.kill(["worker-1"], reason="it fills the disk")

    assert (report.gone, report.unrecorded) == (True, "")
    record = small_home.record("worker-1")
    assert (record.phase, record.ending, record.ended_by, record.why) == (
        Phase.ENDED,
        Ending.KILLED,
        "operator",
        "it fills the disk",
    )
    past = read_ended(small_home.agent("worker-1")).value
    assert past is not None
    assert past.ending is Ending.KILLED
    assert ("kill", small_home.id("worker-1"), True, "") in small_home.lines()
    assert small_home.alive("worker-2")


def test_a_heartbeat_ends_who_is_due_while_every_block_is_taken(small_home: LiveHome) -> None:
    small_home.spawn("worker-1", *full_disk.hog(small_home.root / "filling-hog"))
    wait_for(lambda: full_disk.is_full(small_home.root), "the disk to be full")
    for _ in range(4):
        small_home.clock.advance(900.0)
        beat = small_home.swarm.beat(by="test", force=True)

    record = small_home.record("worker-1")
    assert (record.phase, record.ending, record.ended_by) == (Phase.ENDED, Ending.KILLED, "engine")
    assert not small_home.alive("worker-1")
    assert small_home.state.heartbeat_n == beat.n == 5
    assert [one.n for one in small_home.swarm.snapshot().beats] == [1, 2, 3, 4, 5]


def test_commits_go_on_for_as_long_as_every_block_is_taken(small_home: LiveHome) -> None:
    small_home.spawn("worker-2")
    small_home.spawn("worker-1", *full_disk.hog(small_home.root / "filling-hog"))
    wait_for(lambda: full_disk.is_full(small_home.root), "the disk to be full")

    for number in range(3 * reserve.FILES):
        small_home.swarm.hold("worker-2", beats=1 + number % 3, why=f"hold {number}")

    record = small_home.record("worker-2")
    assert record.held_why == f"hold {3 * reserve.FILES - 1}"
    assert small_home.open().home.ledger.recoveries() == ()


def test_without_one_more_file_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with full_disk.small_disk(tmp_path / "disk", files=300) as disk:
        for home in home_for_a_test(disk / "home", monkeypatch):
            home.swarm.beat(by="test", force=True)
            home.spawn("worker-1")
            full_disk.use_up_files(home.root)

            report = home.swarm.kill(["worker-1"], reason="enough")
            home.swarm.beat(by="test", force=True)

            assert (report.gone, report.unrecorded) == (True, "")
            assert home.record("worker-1").why == "enough"
            assert home.swarm.snapshot().disk.room is Room.NONE


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO], ids=errno.errorcode.get)
def test_a_kill_that_no_disk_records_is_done_first_and_recorded_later(live_home: LiveHome, number: int) -> None:
    live_home.spawn("worker-1")

    with crash.failing(0, number, lasting=True):
        report = live_home.swarm.kill(["worker-1"], reason="enough")

    assert report.gone
    assert report.unrecorded
    assert not live_home.alive("worker-1")
    live_home.swarm.beat(by="test", force=True)
    record = live_home.record("worker-1")
    assert (record.phase, record.ending, record.ended_by, record.why) == (
        Phase.ENDED,
        Ending.KILLED,
        "operator",
        "enough",
    )


def test_a_kill_beyond_the_reserve_is_noted_for_other_processes(small_home: LiveHome) -> None:
    small_home.spawn("worker-1")
    full_disk.fill(small_home.root)
    no_reserve(small_home)

    report = small_home.swarm.kill(["worker-1"], reason="enough")

    assert report.gone
    assert report.unrecorded == "The disk is full."
    assert [kill.why for kill in reserve_notes.read(small_home.layout).kills] == ["enough"]
    said = [finding.text for finding in small_home.swarm.doctor()]
    assert f"ended, and not recorded yet: {small_home.id('worker-1')}" in said
    remove_fillings(small_home)
    small_home.swarm.beat(by="test", force=True)
    assert (small_home.record("worker-1").ending, small_home.record("worker-1").why) == (Ending.KILLED, "enough")
    assert reserve_notes.read(small_home.layout).kills == ()
    assert reserve.held(small_home.layout.reserve).files == reserve.FILES


def test_a_heartbeat_that_cannot_begin_still_ends_who_is_due(live_home: LiveHome) -> None:
    live_home.swarm.beat(by="test", force=True)
    live_home.spawn("worker-1")
    for _ in range(2):
        live_home.clock.advance(900.0)
        live_home.swarm.beat(by="test", force=True)
    live_home.clock.advance(900.0)

    with crash.failing(0, errno.ENOSPC, lasting=True), pytest.raises(SwarmError) as caught:
        live_home.swarm.beat(by="test", force=True)

    assert caught.value.code == "full"
    assert not live_home.alive("worker-1")
    live_home.swarm.beat(by="test", force=True)
    assert live_home.record("worker-1").ending is Ending.KILLED


def test_a_full_disk_is_one_alert_that_names_who_filled_it_and_nothing_is_started(small_home: LiveHome) -> None:
    small_home.spawn("worker-1")
    full_disk.fill(small_home.agent("worker-1").path)

    with pytest.raises(Refused) as caught:
        small_home.spawn("worker-2")
    assert caught.value.code == "full"
    assert "Make room" in caught.value.hint
    small_home.swarm.beat(by="test", force=True)

    snapshot = small_home.swarm.snapshot()
    alert = next(alert for alert in snapshot.alerts if alert.cause == "disk")
    assert alert.text.startswith("the disk is full: ")
    assert f"written by {small_home.id('worker-1')}" in alert.text
    view = snapshot.agent(small_home.id("worker-1"))
    assert view is not None
    assert [problem.code for problem in view.problems] == ["disk"]
    (small_home.agent("worker-1").path / "filling").unlink()
    small_home.swarm.beat(by="test", force=True)
    assert not [alert for alert in small_home.state.alerts if alert.cause == "disk"]
    small_home.spawn("worker-2")


def test_the_queue_waits_for_room_with_one_alert(small_home: LiveHome) -> None:
    small_home.rules(slots=1, reserve=0)
    swarm = small_home.open()
    swarm.spawn(small_home.request("worker-1"))
    swarm.spawn(small_home.request("worker-2", queue=True))
    swarm.kill(["worker-1"])
    full_disk.fill(small_home.root)

    swarm.beat(by="test", force=True)

    assert [entry.id for entry in small_home.state.queue] == [small_home.id("worker-2")]
    assert [alert.cause for alert in small_home.state.alerts if alert.cause != "killed"] == ["disk"]
    remove_fillings(small_home)
    swarm.beat(by="test", force=True)
    assert small_home.alive("worker-2")


def faults(home: LiveHome, act: Callable[[int], object]) -> Iterator[tuple[int, list[str], bool]]:
    """Has each file operation of `act` fail in turn, alone or with all after it that need room; the first time none.

    Yields the number of the operation, the names of all, and whether the act was acknowledged. Then a heartbeat finds
    room, and nothing half-made may be left.
    """
    home.swarm.beat(by="test", force=True)
    at, total = -1, 0
    while at < total:
        acknowledged = False
        with crash.failing(at, errno.ENOSPC, lasting=at >= 0 and at % 2 == 0, short=at % 4 == 1) as names:
            try:
                act(at)
            except SwarmError as error:
                assert error.code in ("full", "start"), (at, names, error)  # noqa: PT017
            else:
                acknowledged = True
        total = total or len(names)
        yield at, names, acknowledged
        home.swarm.beat(by="test", force=True)
        left = [path for path in home.root.rglob(".swarm-*.tmp") if path.is_file()]
        assert left == [] or names[at : at + 1] == ["unlink"], (at, names)
        for path in left:
            path.unlink()  # one that could not be removed goes later, by its age
        at += 1 if at < 0 else STEP
    assert total > 3


def test_a_kill_without_room_at_any_operation_ends_the_agent_and_is_told(live_home: LiveHome) -> None:
    victims: list[str] = []

    def next_one() -> str:
        victims.append(f"worker-{len(victims)}")
        live_home.spawn(victims[-1])
        return victims[-1]

    name = next_one()
    for at, names, _ in faults(live_home, lambda _: live_home.swarm.kill([victims[-1]], reason="enough")):
        assert not live_home.alive(name), (at, names)
        live_home.swarm.beat(by="test", force=True)
        record = live_home.record(name)
        assert (record.phase, record.ending, record.why) == (Phase.ENDED, Ending.KILLED, "enough"), (at, names)
        assert record.ended_by == "operator"
        live_home.swarm.archive([name])
        name = next_one()


def test_a_heartbeat_without_room_at_any_operation_ends_no_agent_and_the_next_one_goes_on(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    for at, names, _ in faults(live_home, lambda _: live_home.swarm.beat(by="test", force=True)):
        assert live_home.alive("worker-1"), (at, names)
    assert live_home.state.running is None


def test_a_spawn_without_room_at_any_operation_leaves_an_agent_or_nothing(live_home: LiveHome) -> None:
    for at, names, acknowledged in faults(live_home, lambda at: live_home.spawn(f"new-{at + 1}")):
        live_home.swarm.beat(by="test", force=True)
        recorded = live_home.id(f"new-{at + 1}") in live_home.state.agents
        assert live_home.agent(f"new-{at + 1}").path.exists() == recorded, (at, names)
        assert recorded or not acknowledged, (at, names)
        if recorded:  # not acknowledged, it had started when its start could not be written down
            assert live_home.alive(f"new-{at + 1}"), (at, names)
            live_home.swarm.kill([f"new-{at + 1}"], grace=0.0)
            live_home.swarm.archive([f"new-{at + 1}"])


def test_a_message_without_room_at_any_operation_is_refused_or_arrives_once(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    said: list[str] = []
    for at, _, acknowledged in faults(live_home, lambda at: live_home.swarm.message("worker-1", f"message {at}.")):
        said += [f"message {at}."] if acknowledged else []
    told = live_home.agent("worker-1").inbox.read_text()
    assert [text for text in said if told.count(text) != 1] == []


@pytest.mark.parametrize("verb", ["progress", "done"])
def test_no_room_at_any_operation_of_a_report_says_so_and_loses_none_that_was_written(
    live_home: LiveHome, verb: str
) -> None:
    live_home.spawn("worker-1")
    agent, actor = live_home.agent("worker-1"), live_home.actor("worker-1")
    written: list[str] = []
    at, total = 0, 1
    while at < total:
        text = f"Report number {at}."
        with crash.failing(at, errno.ENOSPC, lasting=at % 2 == 0, short=at % 4 == 1) as names:
            try:
                if verb == "progress":
                    report.progress(live_home.layout, actor, text)
                else:
                    report.done(live_home.layout, actor, summary=text)
            except SwarmError as error:
                assert error.code == "full", (at, names, error)  # noqa: PT017
            else:
                written.append(text)
        total = max(total, len(names))
        if verb == "progress":
            lines = agent.progress.read_text().splitlines() if agent.progress.exists() else []
            assert [line.partition(" - ")[2] for line in lines] == written, (at, names)
        else:
            # Once it has its name it is there, though the disk did not say that it would survive a power cut.
            assert agent.results.exists() == (written[-1:] == [text] or "rename" in names[:at]), (at, names)
            agent.results.unlink(missing_ok=True)
        at += 1
    assert total > 3
    assert len(written) < total
