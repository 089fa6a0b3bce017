"""Commits on a disk that fails, and by writers that are killed, at every single file operation."""

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from swarm.errors import Busy, HomeError, SwarmError
from swarm.ledger import audit_log, audit_reader, publishing, revisions
from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State, with_record
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.protocol.paths import Layout
from swarm.store import locks, syscalls
from tests.support import crash
from tests.support.clocks import FakeClock


@pytest.fixture
def layout(home_dir: Path) -> Layout:
    return Layout(home_dir)


def add(agent_id: str, state: State) -> State:
    return with_record(state, Record(agent_id, f"spawn-{agent_id}", Phase.RUNNING))


def commit(root: Path, agent_id: str) -> State:
    """A commit with its line in the audit log, as a verb makes it."""
    layout = Layout(root)

    def line(state: State) -> None:
        audit_log.append(layout, "operator", AuditVerb.SPAWN, agent=agent_id, wall=1.0, revision=state.revision)

    return Ledger(layout, FakeClock(), wait=60).commit(partial(add, agent_id), purpose="spawn", then=line)


def commit_and_say_so(root: Path, agent_id: str, acknowledged: Path) -> None:
    commit(root, agent_id)
    fd = os.open(acknowledged, os.O_WRONLY | os.O_CREAT)
    os.close(fd)


def make_home(root: Path) -> None:
    Ledger.create(Layout(root), FakeClock())


def agents(root: Path) -> set[str]:
    return set(Ledger(Layout(root), FakeClock()).read().agents)


# -- killed (ST2, ST4) -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_writer_killed_at_any_operation_loses_nothing_and_hinders_nobody(
    layout: Layout, tmp_path: Path, when: str
) -> None:
    root = layout.root
    commit(root, "first")
    at = 0
    while True:
        acknowledged = tmp_path / f"acknowledged-{at}"
        known = agents(root)
        died = crash.kill_at(at, when, commit_and_say_so, root, f"agent-{at}", acknowledged)
        after = agents(root)
        assert after - known <= {f"agent-{at}"}
        assert known <= after
        assert f"agent-{at}" in after or not acknowledged.exists()
        commit(root, f"next-{at}")  # at once: nobody has to break a lock or mend a file
        assert agents(root) == after | {f"next-{at}"}
        if not died:
            break
        at += 1
    assert at >= 12
    state = Ledger(layout, FakeClock()).read()
    assert state.alerts == ()
    seqs = [event.seq for event in audit_reader.recent(layout)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert acknowledged.exists()


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_init_killed_at_any_operation_is_finished_by_the_next_one(tmp_path: Path, when: str) -> None:
    at = 0
    while True:
        root = tmp_path / f"home-{at}"
        root.mkdir()
        died = crash.kill_at(at, when, make_home, root)
        with suppress(SwarmError):
            make_home(root)
        assert commit(root, "first").alerts == ()
        assert agents(root) == {"first"}
        if not died:
            break
        at += 1
    assert at >= 15


def killed_after_making_its_temp_file(root: Path) -> None:
    commit(root, "never")


def test_temp_files_of_killed_writers_are_swept_and_foreign_ones_never(layout: Layout) -> None:
    root = layout.root
    foreign = [layout.swarm / name for name in (".swarm-notes.tmp", "state.json.tmp", ".swarm-state-mine.tmp")]
    for path in foreign:
        path.write_text("somebody's")
        os.utime(path, (0, 0))
    operations = crash.operations(lambda: commit(root, "first"))
    creation = operations.index("create")
    for _ in range(12):
        assert crash.kill_at(creation, "after", killed_after_making_its_temp_file, root)
    temps = [path for path in layout.swarm.glob(".swarm-state-*") if path not in foreign]
    assert len(temps) == 12
    _date(temps, time.time() + 60)  # however slow this machine is, they are young
    commit(root, "while they may still be written")
    assert all(path.exists() for path in temps)
    _date(temps, time.time() - 60)
    commit(root, "later")
    assert not any(path.exists() for path in temps)
    assert all(path.read_text() == "somebody's" for path in foreign)
    assert "never" not in agents(root)


def _date(paths: list[Path], wall: float) -> None:
    for path in paths:
        os.utime(path, (wall, wall))


# -- a disk that fails (ST3) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", crash.FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("short", [False, True], ids=["refused", "short"])
def test_a_disk_that_fails_at_any_operation_of_a_commit_gives_a_plain_error_and_the_old_state(
    layout: Layout, number: int, lasting: bool, short: bool
) -> None:
    root = layout.root
    total = len(crash.operations(lambda: commit(root, "first")))
    failed = 0
    for at in range(total):
        before = agents(root)
        error = None
        with crash.failing(at, number, lasting=lasting, short=short) as names:
            try:
                commit(root, f"agent-{at}")
            except SwarmError as caught:
                error = caught
        allowed = [before | {f"agent-{at}"}]
        if error is not None:
            failed += 1
            assert error.title
            assert error.code in ("full", "disk", "damaged"), (names[at], error)
            # Once the revision is linked and synced, only the audit line can have failed.
            linked = "link" in names[:at] and "sync" in names[names.index("link") : at]
            allowed = [before, *allowed] if linked else [before]
        assert agents(root) in allowed, names
        commit(root, f"again-{at}")  # there is room again
        assert f"again-{at}" in agents(root)
    assert failed >= 5
    assert Ledger(layout, FakeClock()).read().revision > total


def test_a_full_disk_is_called_full(layout: Layout) -> None:
    operations = crash.operations(lambda: commit(layout.root, "first"))
    with crash.failing(operations.index("create"), errno.ENOSPC, lasting=True), pytest.raises(HomeError) as caught:
        commit(layout.root, "second")
    assert caught.value.code == "full"
    assert caught.value.exit_status == 1
    assert "unchanged" in caught.value.detail


@pytest.mark.parametrize("when", ["link", "rename"])
def test_a_commit_that_fails_leaves_no_temp_file(layout: Layout, when: str) -> None:
    operations = crash.operations(lambda: commit(layout.root, "first"))
    with crash.failing(operations.index(when), errno.EIO), suppress(SwarmError):
        commit(layout.root, "second")
    assert list(layout.swarm.glob(".swarm-*")) == []


# -- file systems that lack something ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", sorted(syscalls.NO_LINKS), ids=errno.errorcode.get)
def test_without_links_the_numbered_file_is_created_exclusively(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(number, "no links here")

    monkeypatch.setattr(syscalls, "link", refuse)
    state = commit(layout.root, "first")
    assert layout.rev(state.revision).read_bytes() == layout.state.read_bytes()
    assert agents(layout.root) == {"first"}
    assert state.alerts == ()


def test_without_links_somebody_faster_is_noticed_too(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(syscalls, "link", refuse)
    monkeypatch.setattr(syscalls, "lock", lambda descriptor: True)
    tries: list[int] = []

    def slow(state: State) -> State:
        if not tries:
            commit(layout.root, "faster")
        tries.append(state.revision)
        return add("slow", state)

    state = Ledger(layout, FakeClock(), wait=60).commit(slow, purpose="be slow")
    assert set(state.agents) == {"faster", "slow"}
    assert len(tries) == 2
    assert [alert.cause for alert in state.alerts] == ["locks"]


def test_a_revision_that_is_being_written_without_links_is_waited_for(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its writer may be alive: whoever passed over it would lose its change."""
    state = commit(layout.root, "first")
    unfinished = layout.rev(state.revision + 1)
    unfinished.write_bytes(b'{"schema":1,')
    with monkeypatch.context() as patient:
        patient.setattr(revisions, "COMMIT_S", 3600.0)
        reader = Ledger(layout, FakeClock(), wait=0.1)
        assert reader.read().revision == state.revision
        assert reader.recoveries() == ()
        with pytest.raises(Busy, match="late"):
            reader.commit(partial(add, "second"), purpose="spawn")
    os.utime(unfinished, (0, 0))
    after = commit(layout.root, "second")
    assert after.revision == state.revision + 2
    assert [alert.cause for alert in after.alerts] == ["state-repaired"]


def test_without_locks_commits_go_on_and_the_operator_is_told(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> bool:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(syscalls, "lock", refuse)
    state = commit(layout.root, "first")
    assert [alert.cause for alert in state.alerts] == ["locks"]
    assert "locks do not work on this file system" in state.alerts[0].text


# -- locks that lie (CC9) --------------------------------------------------------------------------------------------


def test_with_locks_that_lie_the_slower_of_two_commits_starts_over(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syscalls, "lock", lambda descriptor: True)
    seen: list[int] = []

    def slow(state: State) -> State:
        if len(seen) < 3:
            commit(layout.root, f"faster-{len(seen)}")
        seen.append(len(state.agents))
        return add("slow", state)

    state = Ledger(layout, FakeClock(), wait=60).commit(slow, purpose="be slow")
    assert seen == [0, 1, 2, 3]
    assert set(state.agents) == {"faster-0", "faster-1", "faster-2", "slow"}
    (alert,) = state.alerts
    assert alert.cause == "locks"
    assert "locks do not work on this file system" in alert.text


def test_a_writer_that_was_stopped_before_its_link_takes_it_back_when_others_went_past_it(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks lie, and the number that it wanted has been trimmed away meanwhile: its link alone would succeed."""
    monkeypatch.setattr(syscalls, "lock", lambda descriptor: True)
    monkeypatch.setattr(publishing, "KEPT", 2)
    real: Callable[..., Any] = syscalls.link
    stopped: list[int] = []

    def link(*args: Any) -> None:
        if not stopped and args[3] != args[1] and args[2].isdigit():
            stopped.append(1)
            for number in range(4):
                commit(layout.root, f"faster-{number}")
            clock_jumps[0] = 10.0
        real(*args)

    clock_jumps = [0.0]
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + clock_jumps[0])
    monkeypatch.setattr(syscalls, "link", link)
    state = Ledger(layout, FakeClock(), wait=60).commit(partial(add, "slow"), purpose="be slow")
    assert set(state.agents) == {"slow", "faster-0", "faster-1", "faster-2", "faster-3"}


def test_a_live_clock_makes_a_ledger_too(tmp_path: Path) -> None:
    state = Ledger.create(Layout(tmp_path / "home"), SystemClock())
    assert replace(state, revision=1) == state
    assert locks.holder(Layout(tmp_path / "home").lock) is None
