"""The outbox: a line of the audit log that belongs to a commit is written, whoever died on the way."""

from functools import partial
from pathlib import Path

import pytest

from swarm.errors import HomeError
from swarm.ledger import audit_log, audit_reader
from swarm.ledger.ledger import Ledger
from swarm.ledger.outbox import KEPT
from swarm.ledger.state import State, with_record
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.record import Phase, Record
from swarm.protocol.paths import Layout
from tests.support import crash
from tests.support.clocks import FakeClock


@pytest.fixture
def layout(home_dir: Path) -> Layout:
    return Layout(home_dir)


def add(agent_id: str, state: State) -> State:
    return with_record(state, Record(agent_id, f"spawn-{agent_id}", Phase.RUNNING))


def commit(root: Path, agent_id: str) -> State:
    """A commit that owes two lines."""

    def lines(_: State) -> list[AuditLine]:
        spawn = AuditLine("operator", AuditVerb.SPAWN, 1.0, agent=agent_id, spawn_id=f"spawn-{agent_id}")
        return [spawn, AuditLine("engine", AuditVerb.ALERT, 1.0, agent=agent_id, reason="it is there")]

    return Ledger(Layout(root), FakeClock(), wait=60).commit(partial(add, agent_id), purpose="spawn", lines=lines)


def commit_and_forget(root: Path, agent_id: str) -> None:
    commit(root, agent_id)


def told(layout: Layout) -> list[tuple[str, str]]:
    return [(event.verb, event.agent) for event in audit_reader.recent(layout)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_each_line_of_a_commit_is_written_once_wherever_its_writer_was_killed(layout: Layout, when: str) -> None:
    at, names = 0, []
    while True:
        name = f"agent-{at}"
        died = crash.kill_at(at, when, commit_and_forget, layout.root, name)
        known = name in Ledger(layout, FakeClock()).read().agents
        commit(layout.root, f"next-{at}")
        names += [name, f"next-{at}"] if known else [f"next-{at}"]
        assert told(layout) == [pair for each in names for pair in (("spawn", each), ("alert", each))]
        if not died:
            break
        at += 1
    assert at >= 15
    state = Ledger(layout, FakeClock()).read()
    assert state.alerts == ()
    assert [event.seq for event in audit_reader.recent(layout)] == list(range(1, 2 * len(names) + 1))
    revisions = {event.more["revision"] for event in audit_reader.recent(layout)}
    assert state.revision in revisions


def refuse(*_: object, **__: object) -> int:
    raise HomeError("The disk is full.")


def test_lines_wait_while_the_log_cannot_be_written_and_come_in_order(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(audit_log, "append", refuse)
        for name in ("one", "two"):
            assert name in commit(layout.root, name).agents
    assert [line.agent for line in Ledger(layout, FakeClock()).read().owed] == ["one", "one", "two", "two"]

    commit(layout.root, "three")

    assert [agent for verb, agent in told(layout) if verb == "spawn"] == ["one", "two", "three"]
    assert [line.agent for line in Ledger(layout, FakeClock()).read().owed] == ["three", "three"]


def test_a_line_that_is_there_is_not_written_again_whatever_was_said_since(layout: Layout) -> None:
    commit(layout.root, "one")
    for number in range(50):
        audit_log.append(layout, "worker", AuditVerb.PROGRESS, agent=f"other-{number}", wall=1.0)

    commit(layout.root, "two")

    assert [pair for pair in told(layout) if pair[0] != "progress"] == [
        *(("spawn", "one"), ("alert", "one"), ("spawn", "two"), ("alert", "two"))
    ]


def test_a_log_that_cannot_be_written_for_long_costs_the_oldest_lines_only(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "append", refuse)
    many = [AuditLine("operator", AuditVerb.HOLD, 1.0, agent=str(number)) for number in range(KEPT)]
    ledger = Ledger(layout, FakeClock())
    for name in ("one", "two"):
        ledger.commit(partial(add, name), purpose="hold", lines=lambda _: many)

    assert len(ledger.read().owed) == KEPT


def test_a_line_that_is_too_long_is_cut_and_known_all_the_same(layout: Layout) -> None:
    found = [{"pid": number, "command": "x" * 200} for number in range(500)]
    line = AuditLine("operator", AuditVerb.KILL, 1.0, agent="one", spawn_id="spawn-one", more={"found": found})
    Ledger(layout, FakeClock()).commit(partial(add, "one"), purpose="kill", lines=lambda _: [line])

    for name in ("two", "three"):
        commit(layout.root, name)

    assert [pair for pair in told(layout) if pair[0] == "kill"] == [("kill", "one")]


def test_of_several_lines_alike_each_is_written(layout: Layout) -> None:
    alike = [AuditLine("engine", AuditVerb.ALERT, 1.0, reason=str(number)) for number in range(3)]
    state = Ledger(layout, FakeClock()).commit(partial(add, "one"), purpose="beat", lines=lambda _: alike)
    rows = layout.events.read_bytes().splitlines(keepends=True)
    layout.events.write_bytes(b"".join(rows[:1]))  # its writer died after the first

    commit(layout.root, "two")

    alerts = [event for event in audit_reader.recent(layout) if event.more.get("revision") == state.revision]
    assert [event.reason for event in alerts] == ["0", "1", "2"]
