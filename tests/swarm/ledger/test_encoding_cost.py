"""A commit costs what it changes: the records of all others are not encoded anew."""

from unittest.mock import patch

from swarm.ledger import codec
from swarm.ledger.state import State, with_forgotten, with_record
from swarm.model.time import Epoch
from swarm.model.values import replace
from tests.support.swarms import a_record

EPOCH = Epoch("boot-1", 0.0, 0.0, 0.0, 0.0)


def a_state(count: int) -> State:
    agents = {record.id: record for record in (a_record(f"w-{number:03d}") for number in range(count))}
    return State(1, "home-1", EPOCH, agents)


def test_a_commit_encodes_the_records_that_it_changes() -> None:
    state = a_state(50)
    codec.encode(state)
    changed = with_record(state, replace(state.agents["genesis-01/w-007"], why="it is done"))
    with patch.object(codec, "_short", wraps=codec._short) as shortened:
        codec.encode(replace(changed, heartbeat_n=7))
    assert shortened.call_count == 1


def test_what_was_encoded_before_changes_no_byte() -> None:
    state = a_state(5)
    first = codec.encode(state)
    other = with_record(state, replace(state.agents["genesis-01/w-003"], why="another home's"))
    codec.encode(other)
    assert codec.encode(state) == first
    again = codec.decode(first).state
    assert codec.encode(again) == first
    assert codec.decode(codec.encode(other)).state == other


def test_half_a_surrogate_pair_is_written_after_whole_ones_and_before_them() -> None:
    state = a_state(3)
    odd = with_record(state, replace(state.agents["genesis-01/w-001"], why="\ud800"))
    codec.encode(state)
    assert codec.decode(codec.encode(odd)).state == odd
    assert codec.decode(codec.encode(state)).state == state


def test_a_commit_that_changes_no_agent_looks_for_none_that_is_gone() -> None:
    state = a_state(2)
    after = replace(state, heartbeat_n=3)
    assert with_forgotten(state, after) is after
