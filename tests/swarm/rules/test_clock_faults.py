"""Sleep, paused machines, clocks that jump, schedulers that were down: who is ended for it, and when (CK1 to CK6)."""

from collections.abc import Callable

import pytest

from swarm.config.checked import parse_policy
from swarm.model.beat import ActionKind
from swarm.model.health import Health
from swarm.model.plan import Action, Plan
from swarm.model.record import Observed
from swarm.model.snapshot import AgentView
from swarm.model.time import Now, awake_since, gap_between, renew, start_epoch
from swarm.model.values import replace
from swarm.rules.plan import plan
from swarm.rules.verdicts import verdicts
from tests.support.clocks import FakeClock
from tests.support.swarms import HOUR, MINUTE, PERIOD, a_record, a_snapshot, a_view, full_id

POLICY = parse_policy("schedule = {}\n[slots]\nmax = 20")
HEALTHY = tuple(f"healthy-{n:02d}" for n in range(11))
STUCK = "stuck"
STEP = 5 * MINUTE


class Rehearsal:
    """A swarm on paper: agents write every ten awake minutes, one is stuck, a heartbeat comes every fifteen.

    What the ledger would keep (awake time of every change, the clocks of the last heartbeat) is kept here.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.epoch = start_epoch(self.clock)
        self.changed = dict.fromkeys((*HEALTHY, STUCK), 0.0)
        self.spawned_at = self.clock.wall()
        self.investigated: dict[str, float] = {}
        self.killed: dict[str, float] = {}
        self.beats: list[Plan] = []
        self.last_beat: float | None = None
        self.last_epoch = self.epoch
        self.work(30 * MINUTE)

    @property
    def now(self) -> Now:
        return Now(self.clock.wall(), awake_since(self.epoch, self.clock))

    def work(self, seconds: float, *, beating: bool = True) -> None:
        """The machine is awake for so long."""
        for _ in range(int(seconds // STEP)):
            self.clock.advance(STEP)
            self.epoch = renew(self.epoch, self.clock)
            awake = self.now.awake
            for name in HEALTHY:
                if awake - self.changed[name] >= 10 * MINUTE:
                    self.changed[name] = awake
            if beating and (self.last_beat is None or awake - self.last_beat >= PERIOD):
                self.beat()

    def beat(self) -> Plan:
        snapshot = a_snapshot(
            *(self._view(name) for name in self.changed if name not in self.killed),
            policy=POLICY,
            heartbeat_n=len(self.beats),
            heartbeat_last=self.last_beat,
        )
        gap = gap_between(self.last_epoch, self.clock)
        for one in verdicts(snapshot, POLICY, self.now).values():
            assert one.age is None or one.age >= 0
        made = plan(snapshot, POLICY, self.now, gap=gap)
        for action in made.actions:
            self._take(action)
        self.beats.append(made)
        self.last_beat = self.now.awake
        self.epoch = self.last_epoch = renew(self.epoch, self.clock)
        return made

    def _view(self, name: str) -> AgentView:
        changed = self.changed[name]
        record = replace(
            a_record(name),
            spawned=0.0,
            spawned_at=self.spawned_at,
            observed=Observed(changed=changed),
            investigated=self.investigated.get(name),
        )
        return replace(a_view(name, record=record, foreign=False), changed_at=self.clock.wall())

    def _take(self, action: Action) -> None:
        name = action.agent.rpartition("/")[2]
        if action.kind is ActionKind.INVESTIGATE:
            self.investigated[name] = self.changed[name]
        elif action.kind is ActionKind.KILL:
            self.killed[name] = self.now.awake


def _kills(made: Plan) -> list[str]:
    return [one.agent for one in made.actions if one.kind is ActionKind.KILL]


def _gap_alerts(made: Plan) -> list[str]:
    return [one.reason for one in made.actions if one.kind is ActionKind.ALERT and one.code == "gap"]


SLEEPS: dict[str, Callable[[FakeClock], None]] = {
    "suspended": lambda clock: clock.suspend(8 * HOUR),
    "jumped": lambda clock: clock.jump(8 * HOUR),
    "stepped-back": lambda clock: clock.jump(-8 * HOUR),
    "rebooted": lambda clock: clock.reboot(8 * HOUR),
}


@pytest.mark.parametrize("kind", SLEEPS)
def test_after_eight_hours_nobody_is_ended_at_once_and_only_the_stuck_one_within_an_awake_hour(kind: str) -> None:
    """CK1, CK2: 11 healthy agents, one that has been silent for half an hour before the machine slept."""
    swarm = Rehearsal()
    SLEEPS[kind](swarm.clock)
    awake = swarm.now.awake
    first = swarm.beat()
    assert _kills(first) == []
    assert len(_gap_alerts(first)) == 1
    assert "8h" in _gap_alerts(first)[0]
    swarm.work(HOUR)
    assert list(swarm.killed) == [STUCK]
    assert swarm.killed[STUCK] - awake <= HOUR
    assert [_gap_alerts(made) for made in swarm.beats].count([]) == len(swarm.beats) - 1


def test_a_pause_that_shows_twenty_minutes_late_ends_nobody_either() -> None:
    """CK2: the wall clock of a virtual machine is often set right only a while after it goes on."""
    swarm = Rehearsal()
    swarm.work(20 * MINUTE)
    before = dict(swarm.killed)
    swarm.clock.jump(8 * HOUR)
    assert _kills(swarm.beat()) == []
    swarm.work(HOUR)
    assert set(swarm.killed) | set(before) == {STUCK}


@pytest.mark.parametrize("wall", [0.0, 2_145_916_800.0, 4_102_444_800.0, -HOUR, -24 * HOUR])
def test_a_clock_set_to_another_year_makes_nobody_immortal_and_no_age_negative(wall: float) -> None:
    """CK3: to 1970, 2038, 2100; back by an hour and by a day."""
    swarm = Rehearsal()
    swarm.clock.wall_seconds = wall if wall >= 0 else swarm.clock.wall_seconds + wall
    assert _kills(swarm.beat()) == []
    swarm.work(HOUR)
    assert list(swarm.killed) == [STUCK]


def test_a_clock_that_is_set_again_and_again_delays_a_kill_but_ends_no_healthy_agent() -> None:
    swarm = Rehearsal()
    for hours in (1, -1, 1, -1):
        swarm.clock.jump(hours * HOUR)
        swarm.work(PERIOD)
    swarm.work(HOUR)
    assert list(swarm.killed) == [STUCK]


def test_a_scheduler_that_was_down_for_two_hours_beats_once_and_ends_nobody_in_it() -> None:
    """CK6: agents wrote on; what the stuck one did meanwhile is looked into first."""
    swarm = Rehearsal()
    swarm.work(2 * HOUR, beating=False)
    beats = len(swarm.beats)
    first = swarm.beat()
    assert (_kills(first), first.gap) == ([], "no heartbeat for 2h 10m")
    assert [one.agent for one in first.actions if one.kind is ActionKind.INVESTIGATE] == [full_id(STUCK)]
    swarm.work(PERIOD)
    assert list(swarm.killed) == [STUCK]
    assert len(swarm.beats) == beats + 2


def test_short_naps_add_up_to_no_age() -> None:
    """A laptop that is opened for five minutes every hour: only the five minutes count."""
    swarm = Rehearsal()
    for _ in range(3):
        swarm.clock.suspend(55 * MINUTE)
        swarm.work(STEP)
    judged = verdicts(a_snapshot(*(swarm._view(name) for name in swarm.changed), policy=POLICY), POLICY, swarm.now)
    assert {judged[full_id(name)].state for name in HEALTHY} == {Health.FRESH}
    assert judged[full_id(STUCK)].age == pytest.approx(45 * MINUTE)
