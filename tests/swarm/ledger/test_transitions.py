"""The state machine of an agent: which phase may follow which, what each carries, and who may write one."""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from swarm.ledger.transitions import (
    Ended,
    Idle,
    IllegalTransition,
    Queued,
    Running,
    Spawning,
    Stopping,
    To,
    Waits,
    first,
    move,
    started,
    withdrawn,
)
from swarm.model.agent import AgentSpec, Identity
from swarm.model.record import Ending, Phase, Record, Ref
from swarm.model.service import Trouble, Waiting
from swarm.model.time import Now

ENGINE = Path(__file__).parents[3] / "swarm"
WRITERS = {"ledger/transitions.py", "ledger/codec.py", "rules/budgets/slot_tree.py"}
"""The state machine; the decoder of what it wrote; plans, which suppose and never commit."""


def process(pid: int) -> Identity:
    return Identity("boot", 1, pid, pid, "spawn-1")


NOW = Now(wall=1_000.0, awake=50.0)
DESTINATIONS: dict[Phase, To] = {
    Phase.QUEUED: Queued(),
    Phase.SPAWNING: Spawning(process(1)),
    Phase.RUNNING: Running(process(2), process(3)),
    Phase.STOPPING: Stopping(process(4), "it hung", "operator"),
    Phase.WAITING: Waits(Waiting(Trouble.LIMIT, "the limit is reached", 40.0, 990.0, 40.0)),
    Phase.ENDED: Ended(Ending.KILLED, "it hung", NOW, "operator"),
    Phase.IDLE: Idle(),
}
LEGAL = {
    ("queued", "spawning"),
    ("spawning", "running"),
    ("spawning", "stopping"),
    ("spawning", "ended"),
    ("running", "spawning"),
    ("running", "stopping"),
    ("running", "ended"),
    ("running", "waiting"),
    ("waiting", "spawning"),
    ("waiting", "stopping"),
    ("waiting", "ended"),
    ("stopping", "stopping"),
    ("stopping", "ended"),
    ("ended", "ended"),
    ("ended", "idle"),
    ("idle", "spawning"),
}


def record(phase: Phase, **more: object) -> Record:
    return Record("genesis-01", "spawn-1", phase, **more)  # type: ignore[arg-type]  # as the test reads


@pytest.mark.parametrize(("before", "after"), product(Phase, Phase), ids=str)
def test_every_edge_that_is_not_in_the_table_is_refused(before: Phase, after: Phase) -> None:
    if (before.value, after.value) in LEGAL:
        assert move(record(before), DESTINATIONS[after]).phase is after
        return
    with pytest.raises(IllegalTransition) as refused:
        move(record(before), DESTINATIONS[after])
    assert f"{before} -> {after}" in str(refused.value)


def test_a_start_names_its_starter_and_a_start_that_stands_does_not_any_more() -> None:
    begun = move(record(Phase.RUNNING, keeper=process(7), process=process(8)), Spawning(process(1)))
    assert (begun.starter, begun.keeper, begun.process) == (process(1), process(7), process(8))
    running = started(begun, process(2), process(3))
    assert (running.phase, running.starter) == (Phase.RUNNING, None)
    assert (running.keeper, running.process) == (process(2), process(3))


def test_a_start_that_is_withdrawn_leaves_the_record_as_it_was() -> None:
    before = record(Phase.RUNNING, keeper=process(7), process=process(8))
    assert withdrawn(move(before, Spawning(process(1)))) == before


def test_a_start_that_was_stopped_in_the_middle_gives_its_stopper_the_names() -> None:
    stopping = move(move(record(Phase.RUNNING), Spawning(process(1))), DESTINATIONS[Phase.STOPPING])
    assert stopping.starter == process(1), "whoever stops it waits for the start"
    told = started(stopping, process(2), process(3))
    assert (told.phase, told.stopper, told.starter) == (Phase.STOPPING, process(4), None)
    assert (told.keeper, told.process) == (process(2), process(3))


def test_an_end_has_its_time_and_leaves_no_intent_behind() -> None:
    stopping = move(
        record(Phase.RUNNING, paused=3.0, taken_over="operator", taken_at=2.0), DESTINATIONS[Phase.STOPPING]
    )
    over = move(stopping, Ended(Ending.KILLED, "it hung", NOW))
    assert (over.ended, over.ended_at, over.ending, over.why) == (50.0, 1_000.0, Ending.KILLED, "it hung")
    assert over.ended_by == "operator", "who ordered the stop"
    assert (over.starter, over.stopper, over.paused, over.taken_over, over.taken_at) == (None, None, None, "", None)


def test_a_turn_that_begins_forgets_how_the_last_one_ended_and_keeps_what_it_used() -> None:
    last = move(record(Phase.RUNNING, tokens=(1, 2, 3, 4), process=process(3)), DESTINATIONS[Phase.ENDED])
    idle = move(last, Idle())
    assert (idle.ending, idle.ended, idle.process) == (Ending.KILLED, 50.0, None)
    turn = move(idle, Spawning(process(1)))
    assert (turn.ending, turn.ended, turn.ended_at, turn.why, turn.ended_by) == (None, None, None, "", "")
    assert turn.tokens == (1, 2, 3, 4)


def test_an_idle_root_keeps_the_processes_that_could_not_be_excluded() -> None:
    doubtful = move(record(Phase.RUNNING, process=process(3)), Ended(Ending.KILLED, "", NOW, unverified="who knows"))
    assert move(doubtful, Idle()).process == process(3)


def test_only_the_root_goes_idle() -> None:
    with pytest.raises(IllegalTransition):
        move(record(Phase.ENDED, parent="genesis-01"), Idle())


def test_a_spawn_begins_as_its_spec_says() -> None:
    spec = AgentSpec("genesis-01/a", "a", "worker", "genesis-01", "spawn-1", "Do it.", slots=3, owns=("out",))
    queued = first(spec, Queued(), NOW, reserve=True)
    assert (queued.phase, queued.slots, queued.owns, queued.reserve) == (Phase.QUEUED, 3, ("out",), True)
    assert (queued.spawned, queued.spawned_at, queued.starter) == (50.0, 1_000.0, None)
    assert first(spec, Spawning(process(1)), NOW).starter == process(1)
    assert first(spec, Running(None, process(3)), NOW).process == process(3)


def test_a_ref_finds_its_spawn_and_no_later_one() -> None:
    ref, other = Ref("genesis-01", "spawn-1"), Ref("genesis-01", "spawn-0")
    found = record(Phase.RUNNING)
    assert found.ref == ref
    assert (ref.find({found.id: found}), other.find({found.id: found}), ref.find({})) == (found, None, None)


def test_no_other_module_writes_a_phase() -> None:
    written = [
        f"{path.relative_to(ENGINE)}:{line}"
        for path in sorted(ENGINE.rglob("*.py"))
        if path.relative_to(ENGINE).as_posix() not in WRITERS
        for line in writes(ast.parse(path.read_text()))
    ]
    assert written == []


def test_a_phase_that_is_written_by_hand_is_noticed() -> None:
    assert [*writes(ast.parse("replace(record, phase=Phase.ENDED)\nRecord('a', 'b', Phase.IDLE)\n"))] == [1, 2]


def writes(module: ast.Module) -> Iterator[int]:
    """Lines that make a record, or set the phase of one."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            makes = isinstance(node.func, ast.Name) and node.func.id == "Record"
            if makes or any(keyword.arg == "phase" for keyword in node.keywords):
                yield node.lineno
