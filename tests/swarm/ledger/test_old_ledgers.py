"""A state.json of version 0.1.0, byte for byte as it was written: it opens, and nothing of it is lost."""

import json

from swarm.ledger.codec import decode, encode
from swarm.ledger.state import State
from swarm.lifecycle.reservation import request_of
from swarm.model.account import Account, Mark
from swarm.model.actor import Actor
from swarm.model.agent import Acceptance, Identity
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Fingerprint, Holder, Observed, Phase, Record
from swarm.model.requests import SpawnRequest
from swarm.model.time import Epoch
from swarm.model.values import replace

OLD = (
    b'{"colour":{"of":"the sky"},"schema":1,"revision":42,"home_id":"home-1",'
    b'"epoch":{"boot":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","awake":80.5,"monotonic":1000.25,"boottime":1001.5,'
    b'"wall":1772270080.0},"heartbeat":{"n":8,"last_at":1772270050.0,"last":50.5,'
    b'"epoch":{"boot":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","awake":50.5,"monotonic":970.0,"boottime":971.0,'
    b'"wall":1772270050.0},"running":{"by":"heartbeat host 77",'
    b'"process":{"boot_id":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","pid_ns":4026531836,"pid":7000,"ticks":49000,'
    b'"marker":""},"since":1772270079.0},"owner":{"by":"control room",'
    b'"process":{"boot_id":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","pid_ns":4026531836,"pid":7001,"ticks":49007,'
    b'"marker":""},"since":1772269000.0,"next_at":1772270950.0,"period_s":900.0,"due":950.5}},'
    b'"agents":{"genesis-01/idea-alpha":{"mood":{"of":["a newer",1]},"spawn_id":"a1b2c3","phase":"stopping",'
    b'"role":"idea-meta","parent":"genesis-01","slots":4,"reserve":true,"program":"claude",'
    b'"requested_by":"genesis-01","spawned":12.5,"spawned_at":1772270000.25,'
    b'"process":{"boot_id":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","pid_ns":4026531836,"pid":4711,"ticks":32977},'
    b'"keeper":{"pid":4710,"ticks":32970},"observed":{"progress":{"inode":123456,"size":2345,'
    b'"mtime_ns":1772270000123456789,"tail":"0123456789abcdef"},"changed":40.5,"outputs":3,"outputs_key":"k3",'
    b'"outputs_changed":30.25,"seen":50.0,"paused":1.5},"investigated":40.5,"investigations":2,"held_until":9,'
    b'"held_why":"the operator asked","paused":60.0,"paused_total":7.5,"ending":"killed",'
    b'"why":"overdue: silent for 46 min","ended_by":"engine","ended":70.0,"ended_at":1772270060.0,"exit_code":-15,'
    b'"unverified":"one process could not be seen","outside":"src/a.py changed","collected_n":7,'
    b'"read_at":1772270070.5,"read_by":"operator","invalid_since_n":6,"respawn_of":"0f0f0f","owns":["src/**",'
    b'"docs/a.md"],"starter":{"pid":5000,"ticks":35000,"marker":""},"stopper":{"pid_ns":7,"pid":5001,'
    b'"ticks":35007,"marker":"f00d"},"taken_over":"operator","taken_at":65.0,"tokens":[1,2,3,4],"cost_usd":0.125,'
    b'"checked_n":7,"acceptance":[["It builds.",true],["It flies.",false]]},"worker-1":{"spawn_id":"s-2",'
    b'"phase":"running","process":{"boot_id":"6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11","pid_ns":4026531836,'
    b'"pid":6000,"ticks":42000},"keeper":{"pid":6001,"ticks":42007}},"genesis-01/worker-2":{"spawn_id":"s-3",'
    b'"phase":"queued","parent":"genesis-01","requested_by":"genesis-01"}},"alerts":[{"sound":"bell",'
    b'"agent":"worker-1","cause":"looping","text":"it says the same","spawn_id":"s-2","first_at":1772270010.0,'
    b'"last_at":1772270020.0,"count":3,"acked_at":1772270030.0,"acked_by":"operator"},{"agent":"","cause":"gap",'
    b'"text":"suspended for 9 min"}],"queue":[{"id":"genesis-01/worker-2","spawn_id":"s-3","at":1772270001.5,'
    b'"by":{"kind":"agent","agent":"genesis-01","spawn_id":"g-1"},"request":{"name":"worker-2","role":"worker",'
    b'"task":"Write it.","parent":"genesis-01","slots":2,"accept":[{"text":"It builds.","check":"make"},'
    b'{"text":"It is good.","check":null}],"inputs":["a.md"],"outputs":["out/*.md"],"owns":["src/b"],'
    b'"program":"command","model":"m","env":{"A":"b"},"command":["sh","-c","true"],"cwd":"work","queue":true,'
    b'"use_reserve":true,"kill_stuck":true,"kill_first":["worker-1"],"learned":"It was slow.",'
    b'"respawn_of":"s-1"}}],"branches_closed":["genesis-01/idea-alpha","worker-1"],"last_start":77.5,'
    b'"frozen_all":true,"audited":314,"crashes":{"worker-9":[1.5,2.5]},"account":{"tokens":9000,"cost_usd":1.75,'
    b'"marks":[{"at":1772266000.0,"awake":5.0,"tokens":100,"cost_usd":0.5},{"at":1772269600.0,"awake":40.0,'
    b'"tokens":200,"cost_usd":0.75}]}}'
)

BOOT = "6ad41a1c-5a2b-4f36-9a38-0b8e0c3c1d11"


def process(pid: int, marker: str, namespace: int = 4026531836) -> Identity:
    return Identity(BOOT, namespace, pid, pid * 7, marker)


REQUEST = SpawnRequest(
    "worker-2",
    "worker",
    "Write it.",
    parent="genesis-01",
    slots=2,
    accept=(Acceptance("It builds.", "make"), Acceptance("It is good.")),
    inputs=("a.md",),
    outputs=("out/*.md",),
    owns=("src/b",),
    program="command",
    model="m",
    env={"A": "b"},
    command=("sh", "-c", "true"),
    cwd="work",
    queue=True,
    use_reserve=True,
    kill_stuck=True,
    kill_first=("worker-1",),
    learned="It was slow.",
    respawn_of="s-1",
)
ALL = Record(
    "genesis-01/idea-alpha",
    "a1b2c3",
    Phase.STOPPING,
    role="idea-meta",
    parent="genesis-01",
    slots=4,
    reserve=True,
    program="claude",
    requested_by="genesis-01",
    spawned=12.5,
    spawned_at=1772270000.25,
    process=process(4711, "a1b2c3"),
    keeper=process(4710, "a1b2c3"),
    observed=Observed(
        Fingerprint(123456, 2345, 1772270000123456789, "0123456789abcdef"), 40.5, 3, "k3", 30.25, 50.0, 1.5
    ),
    investigated=40.5,
    investigations=2,
    held_until=9,
    held_why="the operator asked",
    paused=60.0,
    paused_total=7.5,
    ending=Ending.KILLED,
    why="overdue: silent for 46 min",
    ended_by="engine",
    ended=70.0,
    ended_at=1772270060.0,
    exit_code=-15,
    unverified="one process could not be seen",
    outside="src/a.py changed",
    collected_n=7,
    read_at=1772270070.5,
    read_by="operator",
    invalid_since_n=6,
    respawn_of="0f0f0f",
    owns=("src/**", "docs/a.md"),
    starter=process(5000, ""),
    stopper=process(5001, "f00d", 7),
    taken_over="operator",
    taken_at=65.0,
    tokens=(1, 2, 3, 4),
    cost_usd=0.125,
    checked_n=7,
    acceptance=(("It builds.", True), ("It flies.", False)),
    extra={"mood": {"of": ["a newer", 1]}},
)
RUNNING = Record("worker-1", "s-2", Phase.RUNNING, process=process(6000, "s-2"), keeper=process(6001, "s-2"))
QUEUED = Record("genesis-01/worker-2", "s-3", Phase.QUEUED, parent="genesis-01", requested_by="genesis-01")
STATE = State(
    42,
    "home-1",
    Epoch(BOOT, 80.5, 1000.25, 1001.5, 1772270080.0),
    agents={record.id: record for record in (ALL, RUNNING, QUEUED)},
    alerts=(
        Alert(
            "worker-1",
            AlertCause.LOOPING,
            "it says the same",
            "s-2",
            1772270010.0,
            1772270020.0,
            3,
            1772270030.0,
            "operator",
            {"sound": "bell"},
        ),
        Alert("", AlertCause.GAP, "suspended for 9 min"),
    ),
    heartbeat_n=8,
    heartbeat_last_at=1772270050.0,
    heartbeat_last=50.5,
    heartbeat_epoch=Epoch(BOOT, 50.5, 970.0, 971.0, 1772270050.0),
    running=Holder("heartbeat host 77", process(7000, ""), 1772270079.0),
    owner=Holder("control room", process(7001, ""), 1772269000.0, 1772270950.0, 900.0, 950.5),
    branches_closed=frozenset({"genesis-01/idea-alpha", "worker-1"}),
    last_start=77.5,
    frozen_all=True,
    crashes={"worker-9": (1.5, 2.5)},
    audited=314,
    account=Account(9000, 1.75, (Mark(1772266000.0, 5.0, 100, 0.5), Mark(1772269600.0, 40.0, 200, 0.75))),
    extra={"colour": {"of": "the sky"}},
)


def test_a_ledger_of_an_earlier_version_opens_with_everything_in_it() -> None:
    state, refused = decode(OLD)
    assert refused == ()
    assert replace(state, queue=()) == STATE


def test_a_spawn_that_an_earlier_version_queued_is_what_was_asked_for() -> None:
    (entry,) = decode(OLD).state.queue
    assert (entry.id, entry.spawn_id, entry.at) == ("genesis-01/worker-2", "s-3", 1772270001.5)
    assert entry.actor == Actor("agent", "genesis-01", "g-1")
    assert request_of(entry) == REQUEST


def test_what_is_written_means_to_an_earlier_version_what_it_wrote_itself() -> None:
    assert json.loads(encode(decode(OLD).state)) == json.loads(OLD)
