"""events: one line an act, numbered without gap or double; readers bear whatever is in the log."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.errors import Busy, HomeError
from swarm.formatting import parse_stamp, spell_stamp
from swarm.ledger import audit_log, audit_reader
from swarm.model.actor import AuditVerb
from swarm.model.beat import ActionKind, Beat, Performed
from swarm.protocol import heartbeats
from swarm.protocol.paths import Layout
from swarm.store import syscalls
from tests.support import crash
from tests.support.hostile import HOSTILE

NOON = 1_772_270_000.0


@pytest.fixture
def layout(home_dir: Path) -> Layout:
    return Layout(home_dir)


def add(layout: Layout, verb: str = "progress", **more: object) -> int:
    return audit_log.append(layout, "operator", AuditVerb(verb), wall=NOON, **more)  # type: ignore[arg-type] # any keys


def seqs(layout: Layout) -> list[int]:
    return [event.seq for event in audit_reader.recent(layout)]


# -- appending -------------------------------------------------------------------------------------------------------


def test_an_act_is_one_line_with_the_keys_of_the_protocol(layout: Layout) -> None:
    seq = audit_log.append(
        layout,
        "genesis-01",
        AuditVerb.SPAWN,
        agent="genesis-01/worker",
        spawn_id="abc",
        ok=False,
        code="no-slot",
        reason="No slot is free.",
        wall=NOON,
        slots=1,
    )
    (line,) = layout.events.read_text().splitlines()
    record = json.loads(line)
    assert seq == 1
    assert datetime.fromisoformat(record.pop("at")).timestamp() == NOON
    assert record == {
        "seq": 1,
        "actor": "genesis-01",
        "verb": "spawn",
        "agent": "genesis-01/worker",
        "spawn_id": "abc",
        "ok": False,
        "code": "no-slot",
        "reason": "No slot is free.",
        "slots": 1,
    }


def test_records_are_numbered_one_after_the_other(layout: Layout) -> None:
    assert [add(layout) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert seqs(layout) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_of_an_agent_can_make_a_second_record_or_reach_the_terminal(layout: Layout, text: str) -> None:
    add(layout, reason=text, agent=text, words=text, seq=99)
    data = layout.events.read_bytes()
    assert data.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in data[:-1])
    (event,) = audit_reader.recent(layout)
    assert event.seq == 1
    kept, cut, left = event.reason.rpartition("… ")
    assert text.startswith(kept if cut and left.endswith(" more") else event.reason)


def test_a_record_of_any_size_stays_readable_for_the_next_one(layout: Layout) -> None:
    add(layout, reason="x" * 100_000, more_text="y" * 10_000_000)
    add(layout, reason="\U0001f468" * 100_000, agent="\U0001f468" * 100_000)
    assert add(layout) == 3
    assert max(map(len, layout.events.read_bytes().splitlines())) < audit_log.MAX_LINE
    assert [event.more.get("cut") for event in audit_reader.recent(layout)] == [True, True, None]


@pytest.mark.parametrize("verb", ["spawn", "kill", "done", "collect", "end", "respawn", "init"])
def test_what_runs_and_what_ended_is_synced(layout: Layout, verb: str) -> None:
    assert "sync" in crash.operations(lambda: add(layout, verb))


def test_other_records_are_one_lock_and_one_write(layout: Layout) -> None:
    add(layout)
    assert crash.operations(lambda: add(layout)) == ["open_append", "lock", "write"]


def write_many(root: Path, count: int) -> None:
    for number in range(count):
        add(Layout(root), agent=f"{os.getpid()}", number=number, text="x" * 500)


def test_eight_processes_leave_no_number_out_and_none_double(layout: Layout) -> None:
    writers = [crash.start(write_many, layout.root, 40) for _ in range(8)]
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 8
    assert seqs(layout) == list(range(1, 321))


@pytest.mark.parametrize("torn", [b'{"seq":3,"at":"2026', b"}", b"garbage", b'{"seq":3}garbage', b"\xff\xfe"])
def test_a_torn_tail_costs_its_own_line_only(layout: Layout, torn: bytes) -> None:
    add(layout)
    add(layout)
    with layout.events.open("ab") as file:
        file.write(torn)
    assert add(layout) == 3
    assert seqs(layout) == [1, 2, 3]
    assert layout.events.read_bytes().splitlines()[2] == torn


def test_lines_of_somebody_else_do_not_number(layout: Layout) -> None:
    add(layout)
    with layout.events.open("ab") as file:
        file.write(b'{"seq": 77}x\n{"seq":-5}\n{"seq":true}\n[9]\n\n{"seq":99999999999999999999}\nhello\n')
    assert add(layout) == 2


def test_a_killed_writer_leaves_a_log_that_goes_on(layout: Layout) -> None:
    root = layout.root
    for when in ("before", "after"):
        at = 0
        while crash.kill_at(at, when, write_many, root, 1):
            at += 1
        assert at == 3
    add(layout)
    numbers = seqs(layout)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("short", [False, True])
def test_a_disk_that_fails_leaves_no_half_line(layout: Layout, short: bool) -> None:
    add(layout)
    before = layout.events.read_bytes()
    operations = crash.operations(lambda: add(layout))
    layout.events.write_bytes(before)
    with crash.failing(operations.index("write"), 28, short=short), pytest.raises(HomeError) as caught:
        add(layout)
    assert caught.value.code == "full"
    assert layout.events.read_bytes() == before
    assert add(layout) == 2


def test_a_missing_log_is_begun_anew_and_says_so(layout: Layout) -> None:
    add(layout)
    layout.events.unlink()
    assert add(layout) == 2
    first, second = audit_reader.recent(layout)
    assert (first.verb, first.code, first.actor, first.ok) == ("audit", "gap", "engine", False)
    assert "missing" in first.reason
    assert second.verb == "progress"


def test_a_log_of_nothing_but_garbage_says_so(layout: Layout) -> None:
    layout.events.write_bytes(b"garbage\n" * 1000)
    add(layout)
    assert [event.code for event in audit_reader.recent(layout)] == ["gap", ""]


@pytest.mark.parametrize("how", [Path.symlink_to, Path.hardlink_to])
def test_a_log_that_leads_to_another_file_is_put_aside(
    layout: Layout, tmp_path: Path, how: Callable[[Path, Path], None]
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"not yours")
    os.utime(victim, ns=(10**18, 10**18))
    layout.events.unlink()
    how(layout.events, victim)
    add(layout)
    assert seqs(layout) == [1, 2]
    assert victim.read_bytes() == b"not yours"
    assert victim.stat().st_mtime_ns == 10**18


def test_a_fifo_in_its_place_blocks_nobody(layout: Layout) -> None:
    layout.events.unlink()
    os.mkfifo(layout.events)
    assert audit_log.last_number(layout) is None
    assert [event.code for event in audit_reader.AuditTail(layout).read()] == ["unreadable"]
    add(layout)
    assert [event.code for event in audit_reader.recent(layout)] == ["gap", ""]


def test_a_log_that_somebody_holds_is_busy(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "WAIT_S", 0.05)
    with layout.events.open("rb") as file:
        assert syscalls.lock(file.fileno())
        with pytest.raises(Busy):
            add(layout)


def test_a_log_that_was_moved_away_while_waiting_gets_no_line(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    add(layout)
    real, moved = syscalls.lock, layout.root / "moved"

    def lock_and_move(descriptor: int) -> bool:
        if not moved.exists():
            layout.events.rename(moved)
        return real(descriptor)

    monkeypatch.setattr(syscalls, "lock", lock_and_move)
    assert add(layout) == 2
    assert moved.read_bytes().count(b"\n") == 1
    assert [event.code for event in audit_reader.recent(layout)] == ["gap", ""]


@pytest.mark.parametrize("wall", [0.0, -1.0, 2**31 + 0.5, 4e9, 1e20, -1e20, float("nan")])
def test_any_clock_gives_a_stamp(layout: Layout, wall: float) -> None:
    audit_log.append(layout, "operator", AuditVerb.HEARTBEAT, wall=wall)
    (event,) = audit_reader.recent(layout)
    assert datetime.fromisoformat(event.at).tzinfo is not None


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
def test_a_stamp_is_the_same_moment_in_every_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert parse_stamp(spell_stamp(NOON + 0.25, millis=True)) == NOON + 0.25
    finally:
        monkeypatch.undo()
        time.tzset()


def test_appending_imports_nothing_heavy() -> None:
    code = "import sys, swarm.ledger.audit_log; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = [
        "pydantic",
        "dataclasses",
        "msgspec",
        "inspect",
        "swarm.model.agent",
        "swarm.config",
        "asyncio",
        "random",
        "subprocess",
    ]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- reading ---------------------------------------------------------------------------------------------------------

garbage = st.binary(max_size=60).map(lambda data: data.replace(b"\n", b""))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | garbage, max_size=12))
def test_a_tail_gives_every_record_and_counts_every_bad_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes | None]
) -> None:
    layout = Layout(tmp_path_factory.mktemp("home"))
    layout.swarm.mkdir()
    layout.events.touch()
    tail = audit_reader.AuditTail(layout)
    found, good, bad = [], 0, 0
    for line in lines:
        if line is None:
            add(layout)
            good += 1
        else:
            with layout.events.open("ab") as file:
                file.write(line + b"\n")
            bad += bool(line.strip()) and audit_log.parse(line) is None
        found += [event for event in tail.read() if event.verb == "progress"]
    assert len(found) == good
    assert tail.bad == bad


def test_a_tail_gives_what_is_new_and_each_record_once(layout: Layout) -> None:
    add(layout)
    tail = audit_reader.AuditTail(layout)
    assert [event.seq for event in tail.read()] == [1]
    assert tail.read() == []
    add(layout)
    add(layout)
    assert [event.seq for event in tail.read()] == [2, 3]


def test_a_half_written_record_is_given_once_it_is_whole(layout: Layout) -> None:
    add(layout)
    line = layout.events.read_bytes()
    layout.events.write_bytes(line[:30])
    tail = audit_reader.AuditTail(layout)
    assert tail.read() == []
    with layout.events.open("ab") as file:
        file.write(line[30:])
    assert [event.seq for event in tail.read()] == [1]
    assert tail.bad == 0


def test_bad_lines_are_said_once(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout)
    with layout.events.open("ab") as file:
        file.write(b"garbage\nmore \x1b[31m garbage\n")
    (said,) = tail.read()
    assert (said.seq, said.verb, said.code) == (0, "audit", "bad-line")
    assert "2 lines" in said.reason
    assert tail.read() == []
    assert tail.bad == 2


def test_truncation_is_said_and_what_comes_after_it_is_read(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout)
    for _ in range(3):
        add(layout)
    tail.read()
    os.truncate(layout.events, 0)
    add(layout)
    codes = [event.code for event in tail.read()]
    assert codes == ["truncated"]
    add(layout)
    assert [event.seq for event in tail.read()] == [2]


def test_removal_is_said_and_the_new_log_is_read_from_its_beginning(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout)
    add(layout)
    tail.read()
    layout.events.unlink()
    assert [event.code for event in tail.read()] == ["removed"]
    assert tail.read() == []
    add(layout)
    assert [event.code for event in tail.read()] == ["gap", ""]


def test_a_log_that_was_swapped_between_two_looks_is_said_and_read(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout)
    add(layout)
    tail.read()
    layout.events.rename(layout.root / "old")
    add(layout)
    assert [event.code for event in tail.read()] == ["removed", "gap", ""]


def test_what_cannot_be_read_is_said_once_and_goes_on_when_it_can(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout)
    add(layout)
    tail.read()
    layout.events.rename(layout.root / "away")
    layout.events.mkdir()
    assert [event.code for event in tail.read()] == ["unreadable"]
    assert tail.read() == []
    layout.events.rmdir()
    (layout.root / "away").rename(layout.events)
    add(layout)
    assert [event.seq for event in tail.read()] == [2]


def fill(layout: Layout, size: int) -> None:
    """A log of `size` bytes, sparse at its beginning, with three records at its end."""
    add(layout)
    line = layout.events.read_bytes()
    with layout.events.open("r+b") as file:
        file.truncate(size)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + b"".join(line.replace(b'"seq":1', b'"seq":%d' % seq) for seq in (7, 8, 9)))


def test_a_log_of_a_gigabyte_is_read_at_its_end(layout: Layout) -> None:
    fill(layout, 1 << 30)
    assert [event.seq for event in audit_reader.recent(layout, 2)] == [8, 9]
    assert [event.seq for event in audit_reader.AuditTail(layout).read() if event.seq] == [7, 8, 9]
    assert add(layout) == 10


def test_a_tail_that_falls_far_behind_says_what_it_passed_over(layout: Layout) -> None:
    tail = audit_reader.AuditTail(layout, window=1000)
    add(layout)
    tail.read()
    with layout.events.open("ab") as file:
        file.write(b"x" * 10_000 + b"\n")
    add(layout)
    found = tail.read()
    assert [event.code for event in found] == ["skipped", ""]


def test_recent_events_of_one_agent_and_since_a_moment(layout: Layout) -> None:
    for number in range(10):
        audit_log.append(layout, "operator", AuditVerb.HEARTBEAT, agent="ab"[number % 2], wall=NOON + number)
    assert [event.seq for event in audit_reader.recent(layout, 3, agent="a")] == [5, 7, 9]
    assert [event.seq for event in audit_reader.recent(layout, since_wall=NOON + 7)] == [8, 9, 10]
    assert audit_reader.recent(layout, 0) == []


def test_recent_events_reach_back_as_far_as_they_must(layout: Layout) -> None:
    with layout.events.open("ab") as file:
        for number in range(1, 2001):
            file.write(
                json.dumps({"seq": number, "at": "", "actor": "a", "verb": "v", "pad": "x" * 300}).encode() + b"\n"
            )
    assert seqs(layout) == list(range(1501, 2001))
    assert len(audit_reader.recent(layout, 5000)) == 2000


def test_no_log_is_no_events(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert audit_reader.recent(layout) == []
    assert audit_reader.AuditTail(layout).read() == []
    assert audit_log.last_number(layout) == 0


def test_a_reader_beside_a_writer_sees_whole_records_in_order(layout: Layout) -> None:
    tail, found = audit_reader.AuditTail(layout), []
    writer = threading.Thread(target=write_many, args=(layout.root, 100))
    writer.start()
    while writer.is_alive():
        found += tail.read()
    writer.join()
    found += tail.read()
    assert [event.seq for event in found] == list(range(1, 101))
    assert tail.bad == 0


# -- heartbeats.jsonl ------------------------------------------------------------------------------------------------


def a_beat(number: int) -> Beat:
    killed = Performed(action=ActionKind.KILL)
    return Beat(number, "2026-02-28T09:30:00+01:00", "run", 12, {"fresh": 2}, {"used": 2}, (killed,))


def test_heartbeats_are_read_as_they_were_written(layout: Layout) -> None:
    assert heartbeats.read_beats(layout.heartbeats) == ((), 0)
    for number in range(1, 4):
        heartbeats.append(layout, a_beat(number))
    assert heartbeats.read_beats(layout.heartbeats) == (tuple(a_beat(number) for number in (1, 2, 3)), 0)
    assert heartbeats.read_beats(layout.heartbeats, 2) == (tuple(a_beat(number) for number in (2, 3)), 0)


def test_a_heartbeat_has_all_keys_of_the_protocol(layout: Layout) -> None:
    heartbeats.append(layout, a_beat(1))
    record = json.loads(layout.heartbeats.read_text())
    assert set(record) >= {"n", "at", "by", "took_ms", "counts", "slots", "actions", "alerts", "acceptance", "passed"}


def test_heartbeats_bear_garbage_and_a_torn_tail(layout: Layout) -> None:
    layout.heartbeats.write_bytes(b'garbage\n{"n": 5, "torn')
    heartbeats.append(layout, a_beat(6))
    assert [beat.n for beat in heartbeats.read_beats(layout.heartbeats)[0]] == [6]
    layout.heartbeats.unlink()
    assert heartbeats.read_beats(layout.heartbeats) == ((), 0)


@pytest.mark.parametrize(
    "change", [{"counts": {"fresh": "two"}}, {"by": 5}, {"tokens": -1}, {"actions": [5]}, {"gap": None}]
)
def test_a_wrong_field_of_a_heartbeat_counts_as_not_said(layout: Layout, change: dict[str, object]) -> None:
    record = {"n": 7, "at": "2026-02-28T09:30:00+01:00", "mood": "of a newer version", **change}
    layout.heartbeats.write_text(json.dumps(record) + "\n")
    assert heartbeats.read_beats(layout.heartbeats) == ((Beat(7, "2026-02-28T09:30:00+01:00"),), 0)
