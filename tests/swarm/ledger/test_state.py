"""state and its codec: what is written is read again, what no ledger may hold is refused, alerts are counted."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from swarm.errors import HomeError
from swarm.ledger.codec import decode, encode
from swarm.ledger.state import MAX_ALERTS, State, clear_alert, raise_alert, with_forgotten, with_record, without
from swarm.model.account import Account, Mark
from swarm.model.actor import Actor, AuditVerb
from swarm.model.agent import Identity
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause, Course
from swarm.model.checks import CheckRun, Checks
from swarm.model.record import Alert, Ending, Fingerprint, Holder, Observed, Phase, QueueEntry, Record
from swarm.model.repository import PLACE, Worktree
from swarm.model.review import Decision, Dispute, DisputeKind, Review
from swarm.model.service import Trouble, Waiting
from swarm.model.stray import Dismissal
from swarm.model.time import Epoch
from swarm.model.values import replace
from swarm.store.jsonio import Invalid

EPOCH = Epoch("boot-1", 10.0, 20.0, 30.0, 1_772_270_000.0)
STATE = State(7, "home", EPOCH)
PROCESS = Identity("boot-1", 4026531836, 4711, 99, "spawn-1")
RECORD = Record("idea/worker", "spawn-1", Phase.RUNNING, process=PROCESS)

words = st.text(max_size=20)
times = st.floats(-1e12, 1e12, allow_nan=False)
counts = st.integers(0, 2**53)
amounts = st.floats(0, 1e9)
names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True)
ids = st.lists(names, min_size=1, max_size=3).map("/".join)
epochs = st.builds(Epoch, words, st.floats(0, 1e12), times, times, times)
identities = st.builds(
    Identity,
    st.text(min_size=1, max_size=10),
    st.integers(0, 2**32),
    st.integers(2, 2**31 - 1),
    st.integers(0, 2**62),
    words,
)
fingerprints = st.builds(Fingerprint, counts, counts, st.integers(-(2**62), 2**62), words)
observations = st.builds(Observed, st.none() | fingerprints, times, counts, words, times, times, times)
json_values = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | words | st.lists(words, max_size=2)
record_keys = {field.name for field in fields(Record)}
extras = st.dictionaries(words.filter(lambda key: key not in record_keys), json_values, max_size=2)
waits = st.builds(
    Waiting,
    trouble=st.sampled_from(Trouble) | words.map(Trouble),
    why=words,
    since=times,
    since_at=times,
    began=times,
    patient_from=times,
    worked=st.booleans(),
    over=st.none() | times,
    tries=counts,
    next_try=st.none() | times,
    next_at=st.none() | times,
    named=st.booleans(),
)
worktrees = st.builds(
    Worktree,
    common=words.map("/{}".format),
    path=ids.map(lambda name: f"{PLACE}/{name.replace('/', '-')}"),
    branch=ids.map(lambda name: f"swarm/{name.replace('/', '-')}"),
    base=st.text("0123456789abcdef", min_size=40, max_size=64),
    into=words,
    checkout=words,
)
disputes = st.lists(st.builds(Dispute, kind=st.sampled_from(DisputeKind), about=words), max_size=2).map(tuple)
reviews = st.builds(Review, decision=st.sampled_from(Decision), by=words, at=times, word=words, about=disputes)
RECORD_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": ids,
    "spawn_id": st.text(min_size=1, max_size=16),
    "phase": st.sampled_from(Phase),
    "role": words,
    "parent": st.none() | words,
    "slots": st.integers(1, 1000),
    "reserve": st.booleans(),
    "program": words,
    "requested_by": words,
    "spawned": times,
    "spawned_at": times,
    "process": st.none() | identities,
    "keeper": st.none() | identities,
    "observed": observations,
    "investigated": st.none() | times,
    "investigations": counts,
    "loop_warned": st.none() | times,
    "held_until": st.none() | counts,
    "held_why": words,
    "paused": st.none() | times,
    "paused_total": times,
    "ending": st.none() | st.sampled_from(Ending),
    "why": words,
    "ended_by": words,
    "ended": st.none() | times,
    "ended_at": st.none() | times,
    "exit_code": st.none() | st.integers(-64, 255),
    "unverified": words,
    "leftovers": st.lists(identities, max_size=3).map(tuple),
    "outside": words,
    "collected_n": st.none() | counts,
    "read_at": st.none() | times,
    "read_by": words,
    "invalid_since_n": st.none() | counts,
    "respawn_of": words,
    "owns": st.lists(words, max_size=3).map(tuple),
    "may_have_left": st.lists(words, max_size=3).map(tuple),
    "worktree": st.none() | worktrees,
    "starter": st.none() | identities,
    "stopper": st.none() | identities,
    "taken_over": words,
    "taken_at": st.none() | times,
    "waiting": st.none() | waits,
    "tokens": st.none() | st.tuples(counts, counts, counts, counts),
    "cost_usd": st.none() | amounts,
    "unpriced": st.booleans(),
    "checked_n": st.none() | counts,
    "acceptance": st.lists(st.tuples(words, st.booleans()), max_size=3).map(tuple),
    "warned": st.lists(words, max_size=3).map(tuple),
    "told": st.lists(words, max_size=3).map(tuple),
    "disputes": disputes,
    "promised": words,
    "checks": st.builds(
        Checks,
        key=words,
        asked_n=st.none() | counts,
        runner=st.none() | identities,
        said=st.lists(words, max_size=2).map(tuple),
        runs=st.lists(st.builds(CheckRun, n=counts, at=times, passed=counts), max_size=2).map(tuple),
    ),
    "boxed": st.booleans(),
    "review": st.none() | reviews,
    "extra": extras,
}
records = st.builds(Record, **RECORD_FIELDS).filter(lambda it: it.phase is not Phase.WAITING or it.waiting is not None)
alerts = st.builds(
    Alert,
    agent=words,
    cause=words,
    text=words,
    spawn_id=words,
    first_at=times,
    last_at=times,
    count=counts,
    acked_at=st.none() | times,
    acked_by=words,
    extra=st.dictionaries(st.just("colour"), words),
)
holders = st.builds(Holder, words, identities, times, st.none() | times, times, st.none() | times)
accounts = st.builds(
    Account,
    counts,
    amounts,
    st.lists(st.builds(Mark, times, times, counts, amounts), max_size=3).map(tuple),
)
dismissals = st.builds(Dismissal, words, st.none() | identities, times)
queue_entries = st.builds(
    QueueEntry,
    id=ids,
    spawn_id=st.text(min_size=1, max_size=16),
    at=times,
    request=st.dictionaries(words, json_values, max_size=2),
    by=st.dictionaries(st.sampled_from(Actor._fields), words),
    extra=st.dictionaries(st.just("colour"), words),
)
lines = st.builds(
    AuditLine,
    actor=words,
    verb=st.sampled_from(AuditVerb),
    wall=times,
    agent=words,
    spawn_id=words,
    ok=st.booleans(),
    code=words,
    reason=words,
    more=st.dictionaries(st.sampled_from(["found", "note"]), json_values),
    revision=counts,
    after=counts,
)
STATE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "role_files": st.dictionaries(words, words, max_size=3),
    "schedule_due": st.lists(words, max_size=3).map(tuple),
    "revision": st.integers(1, 10**12),
    "home_id": st.text(min_size=1, max_size=40),
    "epoch": epochs,
    "agents": st.lists(records, max_size=4).map(lambda found: {record.id: record for record in found}),
    "queue": st.lists(queue_entries, max_size=3).map(tuple),
    "alerts": st.lists(alerts, max_size=3, unique_by=lambda alert: alert.key).map(tuple),
    "heartbeat_n": counts,
    "heartbeat_last_at": st.none() | times,
    "heartbeat_last": st.none() | times,
    "heartbeat_epoch": st.none() | epochs,
    "running": st.none() | holders,
    "owner": st.none() | holders,
    "branches_closed": st.frozensets(words, max_size=3),
    "last_start": times,
    "frozen_all": st.booleans(),
    "crashes": st.dictionaries(words, st.lists(times, max_size=3).map(tuple), max_size=2),
    "audited": counts,
    "owed": st.lists(lines, max_size=2).map(tuple),
    "outcomes": st.tuples(counts, counts),
    "dismissed": st.lists(dismissals, max_size=2).map(tuple),
    "account": accounts,
    "extra": st.dictionaries(st.sampled_from(["newer", "colour"]), json_values),
}
states = st.builds(State, **STATE_FIELDS)


@settings(max_examples=60, deadline=None)
@given(states)
def test_every_state_is_read_as_it_was_written(state: State) -> None:
    read, refused = decode(encode(state))
    assert refused == ()
    assert read == state
    assert encode(read) == encode(state)


def test_who_waits_without_saying_how_is_read_as_running_so_that_its_end_is_looked_at_again() -> None:
    read, _ = decode(with_agent(phase="waiting"))
    assert read.agents["idea/worker"].phase in (Phase.RUNNING, Phase.SPAWNING)


def test_the_round_trip_covers_every_field() -> None:
    """A field that somebody adds must be written and read; these strategies must then name it."""
    assert {field.name for field in fields(Record)} == set(RECORD_FIELDS)
    assert {field.name for field in fields(State)} == set(STATE_FIELDS)


def used_up(state: State) -> int:
    return state.account.tokens + sum(sum(record.tokens or ()) for record in state.agents.values())


@settings(max_examples=40, deadline=None)
@given(states, st.lists(records, max_size=3), st.sets(ids, max_size=3))
def test_what_was_used_up_is_never_forgotten(before: State, new: list[Record], gone: set[str]) -> None:
    """Whoever is let go of, spawned anew or rebuilt without: the swarm's total stays what it was."""
    fresh = [replace(record, tokens=None, spawn_id=f"new {record.spawn_id}") for record in new]
    agents = {known: record for known, record in before.agents.items() if known not in gone}
    after = with_forgotten(before, replace(before, agents={**agents, **{record.id: record for record in fresh}}))
    assert used_up(after) == used_up(before)
    assert with_forgotten(after, after) is after


cut_states = st.tuples(states.map(encode), st.floats(0, 1)).map(lambda pair: pair[0][: int(len(pair[0]) * pair[1])])


@settings(deadline=None)
@given(st.binary(max_size=300) | cut_states)
def test_whatever_the_bytes_they_are_a_state_or_invalid(data: bytes) -> None:
    try:
        state, _ = decode(data)
    except (Invalid, HomeError):
        return
    assert state.revision >= 1


def edited(**changes: object) -> bytes:
    """The bytes of a state after somebody changed its top level by hand."""
    return json.dumps({**json.loads(encode(STATE)), **changes}).encode()


def with_agent(**changes: object) -> bytes:
    """The bytes of a state whose one record was changed by hand."""
    data = json.loads(encode(with_record(STATE, RECORD)))
    data["agents"]["idea/worker"].update(changes)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    "data",
    [
        edited(revision=0),
        edited(revision="7"),
        edited(revision=True),
        edited(revision=10**16),
        edited(schema=0),
        edited(schema="1"),
        edited(home_id=""),
        edited(home_id=None),
        edited(epoch=None),
        edited(epoch={"boot": "b", "awake": -1, "monotonic": 0, "boottime": 0, "wall": 0}),
        edited(epoch={"boot": "b", "awake": "1", "monotonic": 0, "boottime": 0, "wall": 0}),
        edited(agents=[]),
        edited(alerts={}),
    ],
)
def test_a_file_without_what_a_ledger_needs_is_invalid(data: bytes) -> None:
    with pytest.raises(Invalid):
        decode(data)


def test_a_ledger_of_a_newer_version_says_so() -> None:
    with pytest.raises(HomeError, match="newer version") as caught:
        decode(edited(schema=2, revision="whatever"))
    assert caught.value.code == "newer"


@pytest.mark.parametrize("pid", [0, 1, -1, 2**31, 10**30, "7", None, True, 4.5])
def test_a_pid_that_must_never_be_signalled_is_refused(pid: object) -> None:
    state, refused = decode(with_agent(process={**json.loads(encode_identity(PROCESS)), "pid": pid}))
    assert state.agents["idea/worker"].process is None
    assert [refusal.agent for refusal in refused] == ["idea/worker"]
    assert refused[0].text.startswith("process.pid is ")


def encode_identity(identity: Identity) -> str:
    return json.dumps({name: getattr(identity, name) for name in ("boot_id", "pid_ns", "pid", "ticks", "marker")})


@pytest.mark.parametrize("change", [{"ticks": -1}, {"ticks": "5"}, {"pid_ns": None}, {"boot_id": ""}, {"boot_id": 5}])
def test_a_process_without_what_proves_it_is_refused(change: dict[str, object]) -> None:
    state, refused = decode(with_agent(process={**json.loads(encode_identity(PROCESS)), **change}))
    assert state.agents["idea/worker"].process is None
    assert len(refused) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"slots": 0},
        {"slots": 10**9},
        {"slots": True},
        {"slots": "4"},
        {"role": 5},
        {"parent": ["a"]},
        {"spawned": "yesterday"},
        {"spawned": 1e300},
        {"reserve": 1},
        {"ending": "eaten"},
        {"exit_code": 0.5},
        {"owns": "src"},
        {"owns": [1]},
        {"acceptance": [["a"]]},
        {"observed": {"changed": "now"}},
        {"observed": {"progress": {"inode": -1, "size": 0, "mtime_ns": 0, "tail": ""}}},
        {"investigations": -1},
        {"why": None},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_and_the_rest_of_its_record_stays(change: dict[str, object]) -> None:
    state, refused = decode(with_agent(**change))
    assert state.agents["idea/worker"] == RECORD
    assert len(refused) == 1
    assert refused[0].text.startswith(next(iter(change)))


def test_an_unknown_phase_is_looked_into_instead_of_believed() -> None:
    running, _ = decode(with_agent(phase="sleeping"))
    starting, refused = decode(with_agent(phase=5, process=None))
    assert running.agents["idea/worker"].phase is Phase.RUNNING
    assert starting.agents["idea/worker"].phase is Phase.SPAWNING
    assert "phase is 5" in refused[0].text


@pytest.mark.parametrize("agent_id", ["../x", "a//b", ".", "", "a\0b", "A/x", "/etc", "x" * 5000])
def test_an_id_that_leads_elsewhere_is_left_out(agent_id: str) -> None:
    state, refused = decode(edited(agents={agent_id: {"spawn_id": "s", "phase": "running"}, "ok": {"spawn_id": "s"}}))
    assert list(state.agents) == ["ok"]
    assert len(refused) >= 1


@pytest.mark.parametrize("record", [None, [], "x", {}, {"spawn_id": 5}, {"spawn_id": ""}])
def test_a_record_that_names_no_spawn_is_left_out(record: object) -> None:
    state, refused = decode(edited(agents={"worker": record}))
    assert state.agents == {}
    assert len(refused) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"queue": ["x"]},
        {"queue": {}},
        {"branches_closed": [1]},
        {"last_start": None},
        {"frozen_all": "yes"},
        {"crashes": {"a": 5}},
        {"heartbeat": {"n": -1}},
        {"heartbeat": []},
        {"heartbeat": {"running": {"by": "me"}}},
        {"heartbeat": {"owner": {"by": "me", "process": {"pid": 1}, "since": 0}}},
        {"heartbeat": {"epoch": {}}},
        {"alerts": [5]},
        {"alerts": [{"agent": "a"}]},
    ],
)
def test_other_wrong_values_are_refused_and_defaults_stand_in(change: dict[str, object]) -> None:
    state, refused = decode(edited(**change))
    assert state == STATE
    assert len(refused) >= 1


def test_keys_of_a_newer_version_survive_at_every_level() -> None:
    data = json.loads(encode(raise_alert(with_record(STATE, RECORD), "", AlertCause.GAP, "text", "", 5.0)))
    data["colour"] = {"of": ["the", "sky"]}
    data["agents"]["idea/worker"]["mood"] = 1.5
    data["alerts"][0]["sound"] = "bell"
    state, refused = decode(json.dumps(data).encode())
    again = json.loads(encode(replace(state, heartbeat_n=1)))
    assert refused == ()
    assert again["colour"] == {"of": ["the", "sky"]}
    assert again["agents"]["idea/worker"]["mood"] == 1.5
    assert again["alerts"][0]["sound"] == "bell"


def test_an_alert_whose_cause_a_newer_version_knows_survives() -> None:
    data = json.loads(encode(raise_alert(STATE, "", AlertCause.GAP, "text", "", 5.0)))
    data["alerts"][0]["cause"] = "telepathy"
    state, refused = decode(json.dumps(data).encode())
    assert refused == ()
    assert state.alerts[0].cause.course is Course.STAYS
    assert json.loads(encode(state))["alerts"][0]["cause"] == "telepathy"


def test_200_agents_stay_near_100_kb() -> None:
    seen = Observed(
        Fingerprint(123456, 2345, 1_772_270_000_123_456_789, "0123456789abcdef"), 1234.567, 3, "0123", 1.5, 2.5
    )
    state = STATE
    for number in range(200):
        process = replace(PROCESS, boot_id="01234567-89ab-cdef-0123-456789abcdef", pid=5000 + number)
        record = replace(RECORD, id=f"genesis-01/worker-{number}", process=process, observed=seen, spawned=1234.567)
        state = with_record(state, replace(record, keeper=replace(process, pid=9000 + number)))
    assert len(encode(state)) < 100_000


def test_a_record_stands_under_its_id_and_leaves_out_defaults() -> None:
    data = encode(with_record(STATE, Record("a", "s", Phase.ENDED, ending=Ending.DONE)))
    assert json.loads(data)["agents"] == {"a": {"spawn_id": "s", "phase": "ended", "ending": "done"}}


# -- the pure helpers ------------------------------------------------------------------------------------------------


def test_a_record_takes_the_place_of_its_ids_last_one_and_can_be_taken_out() -> None:
    one = with_record(STATE, RECORD)
    two = with_record(one, replace(RECORD, spawn_id="spawn-2"))
    assert STATE.agents == {}
    assert two.agents["idea/worker"].spawn_id == "spawn-2"
    assert without(two, "idea/worker").agents == {}
    assert without(two, "nobody") is two


def test_an_alert_that_comes_again_is_counted_and_keeps_its_beginning() -> None:
    state = raise_alert(STATE, "a", AlertCause.LOOPING, "first words", "s", 100.0)
    state = raise_alert(state, "a", AlertCause.LOOPING, "last words", "s", 200.0)
    (alert,) = state.alerts
    assert (alert.count, alert.text, alert.first_at, alert.last_at) == (2, "last words", 100.0, 200.0)


@pytest.mark.parametrize(
    "other", [("b", AlertCause.LOOPING, "s"), ("a", AlertCause.GAP, "s"), ("a", AlertCause.LOOPING, "s2")]
)
def test_alerts_of_other_agents_causes_and_spawns_are_others(other: tuple[str, AlertCause, str]) -> None:
    agent, cause, spawn_id = other
    state = raise_alert(STATE, "a", AlertCause.LOOPING, "text", "s", 100.0)
    assert len(raise_alert(state, agent, cause, "text", spawn_id, 100.0).alerts) == 2


def acknowledged(state: State) -> State:
    return replace(state, alerts=tuple(replace(each, acked_at=150.0, acked_by="operator") for each in state.alerts))


def test_an_acknowledged_alert_stays_so_while_its_condition_lasts() -> None:
    state = acknowledged(raise_alert(STATE, "a", AlertCause.LOOPING, "text", "s", 100.0))
    (alert,) = raise_alert(state, "a", AlertCause.LOOPING, "text", "s", 200.0).alerts
    assert (alert.acked_at, alert.count) == (150.0, 2)


def test_an_alert_opens_anew_after_its_condition_was_over() -> None:
    state = acknowledged(raise_alert(STATE, "a", AlertCause.LOOPING, "text", "s", 100.0))
    state = clear_alert(state, "a", AlertCause.LOOPING, "s")
    assert state.alerts == ()
    (alert,) = raise_alert(state, "a", AlertCause.LOOPING, "text", "s", 200.0).alerts
    assert (alert.acked_at, alert.count, alert.first_at) == (None, 1, 200.0)


def test_an_alert_of_something_that_happened_opens_anew_each_time() -> None:
    state = acknowledged(raise_alert(STATE, "", AlertCause.STATE_REPAIRED, "text", "", 100.0))
    (alert,) = raise_alert(state, "", AlertCause.STATE_REPAIRED, "text", "", 200.0).alerts
    assert (alert.acked_at, alert.acked_by, alert.count, alert.first_at) == (None, "", 2, 200.0)


def test_another_order_to_the_reader_opens_an_acknowledged_alert_again_and_the_same_does_not() -> None:
    state = acknowledged(raise_alert(STATE, "a", AlertCause.INJECTION, "one", "s", 100.0))
    same = raise_alert(state, "a", AlertCause.INJECTION, "one", "s", 200.0)
    other = raise_alert(same, "a", AlertCause.INJECTION, "two", "s", 300.0)
    assert (same.alerts[0].acked_at, other.alerts[0].acked_at) == (150.0, None)
    assert other.alerts[0].text == "two"


def test_clearing_an_alert_that_is_not_there_changes_nothing() -> None:
    state = raise_alert(STATE, "a", AlertCause.LOOPING, "text", "s", 100.0)
    assert clear_alert(state, "a", AlertCause.LOOPING, "other spawn") is state


def test_alerts_are_bounded_and_acknowledged_ones_go_first() -> None:
    state = acknowledged(raise_alert(STATE, "seen", AlertCause.GAP, "text", "", 10_000.0))
    for number in range(MAX_ALERTS + 5):
        state = raise_alert(state, f"a{number}", AlertCause.GAP, "text", "", float(number))
    left = {alert.agent for alert in state.alerts}
    assert len(state.alerts) == MAX_ALERTS
    assert "seen" not in left
    assert "a0" not in left
    assert f"a{MAX_ALERTS + 4}" in left
