"""ledger: what was acknowledged is there, whatever happened to the files; what was passed over is said."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from swarm.errors import Busy, Code, HomeError, Refused, SwarmError
from swarm.ledger import audit_log, audit_reader, publishing, revisions
from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State, raise_alert, with_record
from swarm.model.actor import AuditVerb
from swarm.model.agent import Identity
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record, Ref
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.store import syscalls
from swarm.store.locks import FileLock
from tests.support.clocks import FakeClock
from tests.support.wait import wait_for


@pytest.fixture
def layout(home_dir: Path) -> Layout:
    return Layout(home_dir)


@pytest.fixture
def ledger(layout: Layout, clock: FakeClock) -> Ledger:
    return Ledger(layout, clock, wait=60)


def beat(state: State) -> State:
    return replace(state, heartbeat_n=state.heartbeat_n + 1)


def commits(ledger: Ledger, count: int) -> State:
    """The state after `count` commits that count heartbeats."""
    for _ in range(count):
        ledger.commit(beat, purpose="count")
    return ledger.read()


def causes(state: State) -> set[str]:
    return {alert.cause for alert in state.alerts}


def recovered(ledger: Ledger) -> set[str]:
    return {alert.cause for alert in ledger.recoveries()}


def bad_files(layout: Layout) -> list[Path]:
    return sorted(layout.swarm.glob("state.json.bad-*"))


# -- reading and committing ------------------------------------------------------------------------------------------


def test_a_new_home_has_an_empty_ledger_at_revision_1(layout: Layout, ledger: Ledger) -> None:
    state = ledger.read()
    assert (state.revision, dict(state.agents), state.heartbeat_n) == (1, {}, 0)
    assert len(state.home_id) == 32
    assert layout.rev(1).read_bytes() == layout.state.read_bytes()
    assert ledger.recoveries() == ()


def test_two_homes_have_two_names(tmp_path: Path, ledger: Ledger, clock: FakeClock) -> None:
    assert Ledger.create(Layout(tmp_path / "other"), clock).home_id != ledger.read().home_id


def test_a_ledger_is_made_only_once(layout: Layout, clock: FakeClock) -> None:
    with pytest.raises(Refused) as caught:
        Ledger.create(layout, clock)
    assert caught.value.code == "exists"


def test_a_commit_is_the_next_revision_and_everybody_reads_it(layout: Layout, ledger: Ledger, clock: FakeClock) -> None:
    other = Ledger(layout, clock)
    other.read()
    made = ledger.commit(lambda state: with_record(state, Record("a", "s", Phase.RUNNING)), purpose="spawn a")
    assert made.revision == 2
    assert ledger.read() == other.read() == made
    assert layout.rev(2).read_bytes() == layout.state.read_bytes()


def test_state_json_is_never_the_same_file_as_its_revision(layout: Layout, ledger: Ledger) -> None:
    commits(ledger, 1)
    assert layout.state.stat().st_nlink == 1


def test_a_refused_change_writes_nothing(layout: Layout, ledger: Ledger) -> None:
    before = layout.state.read_bytes()

    def refuse(state: State) -> State:
        raise Refused(Code.NO_SLOT, "No slot is free.")

    with pytest.raises(Refused):
        ledger.commit(refuse, purpose="spawn")
    assert layout.state.read_bytes() == before
    assert ledger.commit(beat, purpose="count").revision == 2


def test_a_change_that_changes_nothing_makes_no_revision(layout: Layout, ledger: Ledger) -> None:
    said: list[int] = []
    state = ledger.commit(lambda state: state, purpose="look", then=lambda state: said.append(state.revision))
    assert state.revision == 1
    assert said == [1]
    assert not layout.rev(2).exists()


def test_an_update_changes_the_record_of_the_spawn_that_is_named(layout: Layout, ledger: Ledger) -> None:
    ledger.commit(lambda state: with_record(state, Record("a", "s1", Phase.RUNNING)), purpose="start")

    def step(found: Record, now: Now) -> Record:
        return replace(found, paused=now.awake)

    after = ledger.update(
        Ref("a", "s1"),
        step,
        purpose="pause",
        also=lambda state, record: replace(state, frozen_all=record.paused is not None),
        line=lambda record: AuditLine("operator", AuditVerb.PAUSE, 0.0, agent=record.id),
    )

    state = ledger.read()
    assert after == state.agents["a"]
    assert (state.agents["a"].paused, state.frozen_all) == (0.0, True)
    assert [(each.agent, each.more["revision"]) for each in audit_reader.recent(layout)] == [("a", state.revision)]


def never(record: Record, *_: object) -> None:
    """A step or a line that must not be asked for."""
    pytest.fail(f"{record.id} was changed")


@pytest.mark.parametrize("spawn_id", ["s0", ""])
def test_a_late_word_about_another_spawn_changes_nothing(ledger: Ledger, spawn_id: str) -> None:
    before = ledger.commit(lambda state: with_record(state, Record("a", "s1", Phase.RUNNING)), purpose="start")

    assert ledger.update(Ref("a", spawn_id), never, purpose="too late", line=never) is None

    assert ledger.read() == before


def test_a_step_that_leaves_its_record_makes_no_revision_and_no_line(ledger: Ledger) -> None:
    before = ledger.commit(lambda state: with_record(state, Record("a", "s1", Phase.RUNNING)), purpose="start")

    assert ledger.update(Ref("a", "s1"), lambda found, _: found, purpose="as it is", line=never) is not None
    assert ledger.update(Ref("a", "s1"), lambda _, __: None, purpose="too late", line=never) is None

    assert ledger.read() == before


def test_the_line_in_the_audit_log_is_written_before_anybody_else_can_commit(
    layout: Layout, ledger: Ledger, clock: FakeClock
) -> None:
    def meanwhile(state: State) -> None:
        with pytest.raises(Busy):
            Ledger(layout, clock, wait=0.05).commit(beat, purpose="hurry")

    assert ledger.commit(beat, purpose="count", then=meanwhile).revision == 2


def test_an_unchanged_ledger_is_not_read_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    commits(ledger, 1)
    state = ledger.read()

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr("swarm.ledger.ledger.look", never)
    assert ledger.read() is state


def test_readers_do_not_wait_for_a_lock(layout: Layout, ledger: Ledger) -> None:
    with FileLock(layout.lock, 1, "hold on"):
        assert ledger.read().revision == 1


def test_a_commit_that_waits_in_vain_names_the_holder(layout: Layout, clock: FakeClock) -> None:
    with FileLock(layout.lock, 1, "thinking"), pytest.raises(Busy, match="thinking") as caught:
        Ledger(layout, clock, wait=0.05).commit(beat, purpose="count")
    assert str(os.getpid()) in caught.value.title


def test_failure_1_threads_with_one_ledger_lose_nothing(ledger: Ledger) -> None:
    def work() -> None:
        for _ in range(10):
            ledger.commit(beat, purpose="count")
            ledger.read()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.read().heartbeat_n == 40
    assert causes(ledger.read()) == set()


def test_512_revisions_are_kept(layout: Layout, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert revisions.KEPT == 512
    monkeypatch.setattr(publishing, "KEPT", 5)
    commits(ledger, 9)
    assert sorted(int(path.name) for path in layout.revs.iterdir()) == [6, 7, 8, 9, 10]


# -- time ------------------------------------------------------------------------------------------------------------


def test_awake_time_goes_on_over_commits_processes_and_reboots_but_not_in_sleep(
    layout: Layout, ledger: Ledger, clock: FakeClock
) -> None:
    clock.advance(100)
    ledger.commit(beat, purpose="count")
    clock.suspend(8 * 3600)
    clock.advance(50)
    assert Ledger(layout, clock).now().awake == pytest.approx(150)
    ledger.commit(beat, purpose="count")
    clock.reboot()
    assert Ledger(layout, clock).now().awake == pytest.approx(160)
    clock.jump(-86400)
    assert ledger.now().awake == pytest.approx(160)
    assert ledger.now().wall == clock.wall()


def test_without_a_ledger_awake_time_starts_with_the_process(tmp_path: Path, clock: FakeClock) -> None:
    ledger = Ledger(Layout(tmp_path, foreign=True), clock)
    assert ledger.now().awake == 0
    clock.advance(5)
    assert ledger.now().awake == 5


# -- what is not a ledger --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", [Ledger.read, lambda ledger: ledger.commit(beat, purpose="count")])
def test_no_ledger_is_said_and_none_is_made(tmp_path: Path, clock: FakeClock, use: Callable[[Ledger], object]) -> None:
    with pytest.raises(HomeError) as caught:
        use(Ledger(Layout(tmp_path), clock, wait=0.1))
    assert caught.value.code in ("missing", "damaged")
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_tree_has_no_ledger_and_gets_none(tmp_path: Path, clock: FakeClock) -> None:
    ledger = Ledger(Layout(tmp_path, foreign=True), clock)
    with pytest.raises(HomeError):
        ledger.read()
    with pytest.raises(Refused):
        ledger.commit(beat, purpose="count")


def test_a_newer_ledger_is_neither_read_nor_touched(layout: Layout, ledger: Ledger) -> None:
    data = json.loads(layout.state.read_text()) | {"schema": 99}
    layout.state.write_text(json.dumps(data))
    before = layout.state.read_bytes()
    with pytest.raises(HomeError) as caught:
        ledger.read()
    assert caught.value.code == "newer"
    with pytest.raises(HomeError):
        ledger.commit(beat, purpose="count")
    with pytest.raises(HomeError):
        ledger.rebuild()
    assert layout.state.read_bytes() == before


# -- state.json damaged (ST5) ----------------------------------------------------------------------------------------


def removed(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def nul_filled(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)


def binary(path: Path) -> None:
    path.write_bytes(os.urandom(5000))


def huge(path: Path) -> None:
    os.truncate(path, 5 << 30)


def an_array(path: Path) -> None:
    path.write_bytes(b"[]")


def edited(path: Path) -> None:
    data = json.loads(path.read_text())
    data["heartbeat"]["n"] = 1000
    path.write_text(json.dumps(data))


def a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [removed, emptied, cut, nul_filled, binary, huge, an_array, edited, a_fifo, a_directory]


@pytest.mark.parametrize("damage", DAMAGES)
def test_failure_1_a_damaged_state_json_costs_nothing_and_is_kept_aside(
    layout: Layout, ledger: Ledger, clock: FakeClock, damage: Callable[[Path], None]
) -> None:
    acknowledged = commits(ledger, 5)
    damage(layout.state)

    viewer = Ledger(layout, clock)
    assert viewer.read() == acknowledged
    assert recovered(viewer) == {"state-repaired"}
    assert bad_files(layout) == []  # a viewer writes nothing

    state = Ledger(layout, clock, wait=60).commit(beat, purpose="count")
    assert state.heartbeat_n == 6
    assert causes(state) == {"state-repaired"}
    assert layout.state.read_bytes() == layout.rev(state.revision).read_bytes()
    assert len(bad_files(layout)) == (0 if damage is removed else 1)
    assert viewer.read() == state
    assert viewer.recoveries() == ()


def test_bad_copies_do_not_pile_up(layout: Layout, ledger: Ledger) -> None:
    for _ in range(20):
        edited(layout.state)
        ledger.commit(beat, purpose="count")
    assert len(bad_files(layout)) == publishing.KEPT_ASIDE
    (alert,) = ledger.read().alerts
    assert alert.count == 20


def test_commits_killed_between_their_link_and_their_rename_count(
    layout: Layout, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = layout.state.read_bytes()

    def die(*args: object) -> None:
        raise OSError(5, "dead")

    with monkeypatch.context() as dying:
        dying.setattr(syscalls, "rename", die)
        acknowledged = commits(ledger, 3)
    assert layout.state.read_bytes() == before
    assert ledger.read() == acknowledged
    assert acknowledged.heartbeat_n == 3
    assert ledger.recoveries() == ()
    assert causes(ledger.commit(beat, purpose="count")) == set()


@pytest.mark.parametrize("behind", [1, 5])
def test_failure_1_a_restored_backup_of_state_json_is_passed_over(layout: Layout, ledger: Ledger, behind: int) -> None:
    old = layout.state.read_bytes()
    acknowledged = commits(ledger, behind)

    def restored() -> bool:
        layout.state.write_bytes(old)
        return layout.state.stat().st_ctime_ns > layout.rev(acknowledged.revision).stat().st_ctime_ns

    wait_for(restored, "the file system's clock to tick")
    assert ledger.read() == acknowledged
    (alert,) = ledger.recoveries()
    assert "older" in alert.text
    assert causes(ledger.commit(beat, purpose="count")) == {"state-repaired"}


def test_the_newest_revision_may_be_damaged_too(layout: Layout, ledger: Ledger) -> None:
    acknowledged = commits(ledger, 3)
    layout.rev(4).write_bytes(b"{")
    assert ledger.read() == acknowledged
    os.utime(layout.rev(4), (0, 0))
    state = ledger.commit(beat, purpose="count")
    assert (state.revision, state.heartbeat_n) == (5, 4)


def test_with_state_json_and_the_newest_revision_gone_the_one_before_is_used(layout: Layout, ledger: Ledger) -> None:
    commits(ledger, 3)
    for path in (layout.state, layout.rev(4)):
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    assert ledger.read().heartbeat_n == 2
    assert {"state-repaired", "ledger-went-back"} == recovered(ledger)
    state = ledger.commit(beat, purpose="count")
    assert (state.revision, state.heartbeat_n) == (5, 3)


def test_revisions_that_are_gone_are_begun_anew_from_state_json(layout: Layout, ledger: Ledger) -> None:
    acknowledged = commits(ledger, 3)
    shutil.rmtree(layout.revs)
    assert ledger.read() == acknowledged
    state = ledger.commit(beat, purpose="count")
    assert (state.revision, state.heartbeat_n) == (5, 4)
    assert causes(state) == {"state-repaired"}
    assert layout.rev(5).exists()


def test_with_everything_gone_nothing_is_made_up(layout: Layout, ledger: Ledger) -> None:
    commits(ledger, 3)
    layout.state.write_bytes(b"")
    for path in layout.revs.iterdir():
        path.write_bytes(b"junk")
    for use in (Ledger.read, lambda ledger: ledger.commit(beat, purpose="count")):
        with pytest.raises(HomeError, match="none of its revisions") as caught:
            use(ledger)
        assert "doctor --rebuild" in caught.value.hint
    assert layout.state.read_bytes() == b""


def test_a_revision_under_another_ones_name_does_not_count(layout: Layout, ledger: Ledger) -> None:
    acknowledged = commits(ledger, 3)
    shutil.copy(layout.rev(2), layout.rev(9))
    os.utime(layout.rev(9), (0, 0))
    assert ledger.read() == acknowledged
    assert ledger.commit(beat, purpose="count").revision == 10


@pytest.mark.parametrize("name", ["9999999999", "000000001", "5.json.bak", "5.json", "notes", "0", "-3", "5zz", "٣"])
def test_odd_names_among_the_revisions_disturb_nobody(layout: Layout, ledger: Ledger, name: str) -> None:
    (layout.revs / name).write_bytes(b"junk")
    os.utime(layout.revs / name, (0, 0))
    assert commits(ledger, 2).heartbeat_n == 2


# -- values that no ledger may hold (ST6) ----------------------------------------------------------------------------


def rewrite(layout: Layout, revision: int, change: Callable[[dict[str, object]], None]) -> None:
    """Edits the newest state and its revision alike, as somebody would who knows the house."""
    data = json.loads(layout.state.read_text())
    change(data)
    for path in (layout.state, layout.rev(revision)):
        path.write_text(json.dumps(data))


def test_unsafe_values_are_refused_with_an_alert_and_unknown_keys_are_kept(layout: Layout, ledger: Ledger) -> None:
    process = Identity("boot-1", 1, 4711, 5, "s")
    ledger.commit(lambda state: with_record(state, Record("a", "s", Phase.RUNNING, process=process)), purpose="spawn")

    def edit(data: dict[str, object]) -> None:
        data["colour"] = "blue"
        data["agents"]["a"]["process"]["pid"] = 1  # type: ignore[index] # JSON that this test made
        data["agents"]["a"]["slots"] = 10**9  # type: ignore[index] # JSON that this test made

    rewrite(layout, 2, edit)
    record = ledger.read().agents["a"]
    assert (record.process, record.slots) == (None, 1)
    (alert,) = ledger.recoveries()
    assert (alert.agent, alert.spawn_id, alert.cause) == ("a", "s", "value-refused")
    assert "process.pid is 1" in alert.text
    assert "1000000000" in alert.text
    state = ledger.commit(beat, purpose="count")
    assert state.extra == {"colour": "blue"}
    assert causes(state) == {"value-refused"}
    assert json.loads(layout.state.read_text())["colour"] == "blue"


# -- a ledger that goes back (OP4) -----------------------------------------------------------------------------------


def test_a_whole_ledger_that_goes_back_is_noticed_by_whoever_knew_it(layout: Layout, ledger: Ledger) -> None:
    backup = layout.root / "backup"
    commits(ledger, 2)
    shutil.copytree(layout.swarm, backup)
    commits(ledger, 5)
    shutil.rmtree(layout.swarm)
    shutil.copytree(backup, layout.swarm)
    assert ledger.read().heartbeat_n == 2
    assert recovered(ledger) == {"ledger-went-back"}
    state = ledger.commit(beat, purpose="count")
    assert causes(state) == {"ledger-went-back"}
    assert ledger.recoveries() == ()


def test_another_homes_ledger_in_this_ones_place_is_noticed(
    layout: Layout, ledger: Ledger, tmp_path: Path, clock: FakeClock
) -> None:
    commits(ledger, 2)
    other = Layout(tmp_path / "other")
    Ledger.create(other, clock)
    shutil.rmtree(layout.swarm)
    shutil.copytree(other.swarm, layout.swarm)
    ledger.read()
    (alert,) = ledger.recoveries()
    assert "another home's ledger" in alert.text


# -- links and other traps (ST8) -------------------------------------------------------------------------------------

VICTIM = b"not yours\n"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_bytes(VICTIM)
    os.utime(path, ns=(10**18, 10**18))
    return path


def is_unharmed(victim: Path) -> bool:
    return victim.read_bytes() == VICTIM and victim.stat().st_mtime_ns == 10**18


def test_a_state_json_that_is_a_link_is_not_followed_but_kept_aside(
    layout: Layout, ledger: Ledger, victim: Path
) -> None:
    acknowledged = commits(ledger, 2)
    layout.state.unlink()
    layout.state.symlink_to(victim)
    assert ledger.read() == acknowledged
    (alert,) = ledger.recoveries()
    assert "is a link" in alert.text
    ledger.commit(beat, purpose="count")
    assert not layout.state.is_symlink()
    assert [path.is_symlink() for path in bad_files(layout)] == [True]
    assert is_unharmed(victim)


def test_a_revision_that_is_a_link_is_not_followed(layout: Layout, ledger: Ledger, victim: Path) -> None:
    commits(ledger, 1)
    layout.rev(3).symlink_to(victim)
    with suppress(SwarmError):
        ledger.commit(beat, purpose="count")
    assert layout.rev(3).is_symlink()
    assert is_unharmed(victim)
    assert ledger.read().heartbeat_n >= 1


@pytest.mark.parametrize("how", [Path.symlink_to, Path.hardlink_to])
def test_a_lock_that_leads_to_another_file_is_put_aside(
    layout: Layout, ledger: Ledger, victim: Path, how: Callable[[Path, Path], None]
) -> None:
    layout.lock.unlink()
    how(layout.lock, victim)
    state = ledger.commit(beat, purpose="count")
    assert is_unharmed(victim)
    assert (state.heartbeat_n, causes(state)) == (1, {"lock-missing"})
    assert "put aside" in state.alerts[0].text
    assert layout.lock.is_file()


def moved_behind_a_link(directory: Path) -> tuple[Path, list[tuple[str, int]]]:
    """Where a directory lies now, and what is in it."""
    elsewhere = directory.parent.parent / "elsewhere"
    directory.rename(elsewhere)
    directory.symlink_to(elsewhere)
    return elsewhere, contents(elsewhere)


def contents(directory: Path) -> list[tuple[str, int]]:
    return sorted((path.name, path.stat().st_mtime_ns) for path in directory.rglob("*"))


def test_a_home_whose_swarm_directory_is_a_link_is_refused(layout: Layout, ledger: Ledger) -> None:
    commits(ledger, 1)
    elsewhere, before = moved_behind_a_link(layout.swarm)
    with pytest.raises(SwarmError, match="link"):
        ledger.commit(beat, purpose="count")
    assert contents(elsewhere) == before


def test_a_directory_of_revisions_that_is_a_link_is_put_aside(layout: Layout, ledger: Ledger) -> None:
    commits(ledger, 1)
    elsewhere, before = moved_behind_a_link(layout.revs)
    state = ledger.commit(beat, purpose="count")
    assert (state.heartbeat_n, causes(state)) == (2, {"state-repaired"})
    assert layout.rev(state.revision).read_bytes() == layout.state.read_bytes()
    assert contents(elsewhere) == before


def test_an_audit_log_that_is_a_link_is_put_aside(layout: Layout, victim: Path) -> None:
    layout.events.unlink()
    layout.events.symlink_to(victim)
    audit_log.append(layout, "operator", AuditVerb.SPAWN, wall=0.0)
    assert is_unharmed(victim)
    gap, event = audit_reader.recent(layout)
    assert (gap.code, event.verb) == ("gap", "spawn")
    assert "was a link, and was put aside" in gap.reason


# -- the lock file removed (CC10), and an audit log cut ------------------------------------------------------------


def test_a_missing_lock_is_made_again_by_the_next_commit_which_says_so(layout: Layout, ledger: Ledger) -> None:
    layout.lock.unlink()
    state = ledger.commit(beat, purpose="count")
    assert (state.heartbeat_n, causes(state)) == (1, {"lock-missing"})
    assert layout.lock.is_file()


def test_failure_1_a_lock_removed_while_it_is_held_makes_no_double_commit(
    layout: Layout, ledger: Ledger, clock: FakeClock
) -> None:
    faster: list[State] = []

    def slow(state: State) -> State:
        if not faster:
            layout.lock.unlink()
            faster.append(Ledger(layout, clock, wait=60).commit(beat, purpose="be faster"))
        return beat(state)

    state = ledger.commit(slow, purpose="be slow")
    assert faster[0].heartbeat_n == 1
    assert (state.heartbeat_n, state.revision) == (2, faster[0].revision + 1)
    assert causes(state) == {"lock-missing", "locks"}


def test_a_commit_that_comes_late_starts_over(
    layout: Layout, ledger: Ledger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "COMMIT_S", -1.0)
    with pytest.raises(Busy, match="late"):
        Ledger(layout, clock, wait=0.1).commit(beat, purpose="count")
    assert ledger.read().heartbeat_n == 0


def test_an_audit_log_that_lost_records_is_an_alert_and_a_record(
    layout: Layout, ledger: Ledger, clock: FakeClock
) -> None:
    for _ in range(5):
        audit_log.append(layout, "operator", AuditVerb.SPAWN, wall=clock.wall())
    commits(ledger, 1)
    lines = layout.events.read_bytes().splitlines(keepends=True)
    layout.events.write_bytes(b"".join(lines[:2]))
    state = ledger.commit(beat, purpose="count")
    assert causes(state) == {"audit-gap"}
    assert [(event.seq, event.code) for event in audit_reader.recent(layout)] == [(1, ""), (2, ""), (3, "gap")]
    assert causes(ledger.commit(beat, purpose="count")) == {"audit-gap"}
    assert [alert.count for alert in ledger.read().alerts] == [1]


# -- rebuilding ------------------------------------------------------------------------------------------------------


def write_agent(layout: Layout, agent_id: str, **files: dict[str, object]) -> None:
    agent = layout.agent(agent_id)
    agent.run.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = agent.kept if name == "kept" else agent.path / f"{name}.json"
        path.write_text(json.dumps(data))


def spec(agent_id: str, **more: object) -> dict[str, object]:
    return {"id": agent_id, "role": "worker", "spawn_id": f"spawn-{agent_id}", "task": "work", **more}


def kept(agent_id: str, pid: int) -> dict[str, object]:
    def process(number: int) -> dict[str, object]:
        return {"boot_id": "boot-1", "pid_ns": 1, "pid": number, "ticks": 5, "marker": f"spawn-{agent_id}"}

    return {"spawn_id": f"spawn-{agent_id}", "keeper": process(pid), "program": process(pid + 1)}


def test_a_lost_ledger_is_made_anew_from_the_tree(layout: Layout, ledger: Ledger, clock: FakeClock) -> None:
    created = "2026-02-28T09:00:00+00:00"
    write_agent(layout, "genesis-01", agent=spec("genesis-01", role="genesis"))
    write_agent(
        layout,
        "genesis-01/idea",
        agent=spec("genesis-01/idea", slots=4, owns=["src"], created_at=created),
        kept=kept("genesis-01/idea", 100),
    )
    write_agent(layout, "genesis-01/idea/group/one", agent=spec("x"), kept=kept("x", 200))
    write_agent(
        layout,
        "genesis-01/over",
        agent=spec("over"),
        kept=kept("over", 300),
        ended={"id": "genesis-01/over", "spawn_id": "spawn-over", "ending": "done"},
    )
    write_agent(layout, "foreign")
    (layout.agent("foreign").progress).write_text("I am here\n")
    shutil.rmtree(layout.revs)
    layout.state.write_bytes(b"")
    layout.lock.unlink()

    state = ledger.rebuild()
    assert set(state.agents) == {"genesis-01/idea", "genesis-01/idea/group/one"}
    idea = state.agents["genesis-01/idea"]
    assert (idea.phase, idea.slots, idea.owns, idea.parent) == (Phase.RUNNING, 4, ("src",), "genesis-01")
    assert (idea.keeper and idea.keeper.pid, idea.process and idea.process.pid) == (100, 101)
    assert idea.spawned_at == 1_772_269_200.0
    assert state.agents["genesis-01/idea/group/one"].parent == "genesis-01/idea"
    assert causes(state) == {"ledger-rebuilt"}
    assert layout.lock.is_file()
    assert Ledger(layout, clock).read() == state
    assert len(bad_files(layout)) == 1


def test_a_rebuild_keeps_what_the_ledger_still_knows_and_drops_what_has_ended(layout: Layout, ledger: Ledger) -> None:
    home_id = ledger.read().home_id
    write_agent(layout, "known", agent=spec("known"), kept=kept("known", 100))

    def know(state: State) -> State:
        state = with_record(state, Record("known", "spawn-known", Phase.RUNNING, investigations=3))
        state = with_record(state, Record("no-directory", "s", Phase.RUNNING))
        state = with_record(state, Record("ended", "s", Phase.ENDED))
        return raise_alert(replace(state, heartbeat_n=7), "known", AlertCause.LOOPING, "text", "spawn-known", 0.0)

    ledger.commit(know, purpose="know")
    state = ledger.rebuild()
    assert set(state.agents) == {"known", "no-directory"}
    assert state.agents["known"].investigations == 3
    assert (state.home_id, state.heartbeat_n) == (home_id, 7)
    assert causes(state) == {"looping", "ledger-rebuilt"}


def test_a_rebuild_without_any_ledger_goes_on_from_the_last_recorded_heartbeat(layout: Layout, ledger: Ledger) -> None:
    layout.heartbeats.write_text('{"n": 41, "at": "", "by": "run", "took_ms": 1, "counts": {}, "slots": {}}\n')
    shutil.rmtree(layout.revs)
    layout.state.unlink()
    assert ledger.rebuild().heartbeat_n == 41


def test_a_rebuild_does_not_follow_links(layout: Layout, ledger: Ledger, tmp_path: Path) -> None:
    elsewhere = Layout(tmp_path / "elsewhere")
    write_agent(elsewhere, "stranger", agent=spec("stranger"), kept=kept("stranger", 100))
    (layout.agents / "link").symlink_to(elsewhere.agents / "stranger")
    assert ledger.rebuild().agents == {}
