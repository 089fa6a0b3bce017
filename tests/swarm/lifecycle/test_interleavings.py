"""Several actors at once, some of whom fail or die in the middle: whatever the order, the ledger stays sound."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from swarm.admission.draft import Draft
from swarm.ending.end import ended, fail_turn, record_end, record_verified
from swarm.ending.intents import Order, at_work, must_run, record_start, withdraw_start
from swarm.ending.settle import settle
from swarm.errors import Refused, SwarmError
from swarm.heartbeat.root import intend_turn, search_last_turn
from swarm.home.context import Home
from swarm.ledger.transitions import EDGES
from swarm.lifecycle import attach, detach, relaunch, stop
from swarm.lifecycle.attach import MayGoOn
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.reservation import enqueue, reserve
from swarm.lifecycle.start import start
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.model.record import Ending, Phase, Record
from swarm.model.requests import SpawnRequest
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.verbs import pause
from tests.support.stage import OUTCOMES, WORKS, Died, Stage, launch_of, talker

ROOT = "genesis-01"
AGENTS = (f"{ROOT}/a", f"{ROOT}/a/b", f"{ROOT}/c")
WAITS = ((stop, "START_PATIENCE"), (stop, "PATIENCE"), (relaunch, "LAST_MOMENTS_S"))
acts = st.sampled_from(
    [
        *("spawn", "queue", "kill", "doubt", "settle", "relaunch", "attach", "turn", "recover", "exit"),
        *("pause", "resume", "freeze", "thaw"),
    ]
)
agents = st.sampled_from((*AGENTS, ROOT))
outcomes = st.sampled_from(OUTCOMES)


class Interleavings(RuleBasedStateMachine):
    """Each rule is one actor's act, carried out by the engine's own functions; others act in the middle of it."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.stage = Stage(Path(self.directory.name))
        self.home, self.spawns, self.queued = self.stage.home, 0, dict[str, Draft]()
        self.client = self.stage.process("")
        self.patches = pytest.MonkeyPatch()
        for module, name in WAITS:
            self.patches.setattr(module, name, 0.0)
        self.patches.setattr("swarm.lifecycle.messaging.program_of", lambda home, record: talker())
        self.patches.setattr(Home, "must_be_writable", lambda home: None)  # nothing of it is on a disk
        self.patches.setattr(pause, "resolve", lambda home, words: words)
        self.patches.setattr(attach, "identify", lambda pid, spawn_id: self.client)
        for module in (attach, detach):
            self.patches.setattr(module, "session_of", lambda home, record: session_of(record))

    def teardown(self) -> None:
        try:
            self._come_to_an_end()
        finally:
            self.patches.undo()
            self.directory.cleanup()

    # what actors do

    @rule(act=acts, agent=agents, others=st.lists(st.tuples(acts, agents), max_size=3), outcome=outcomes)
    def one_acts_while_others_do(self, act: str, agent: str, others: list[tuple[str, str]], outcome: str) -> None:
        self.stage.clock.advance(1.0)
        self.stage.outcome = outcome
        self.stage.meanwhile = [lambda one=one: self._try(*one) for one in others]  # type: ignore[misc]  # bound now
        try:
            self._try(act, agent)
        except Died:
            pass
        finally:
            self.stage.ledger.dead = False
            self.stage.outcome, self.stage.meanwhile, self.stage.doubt = WORKS, [], ""

    @rule(act=st.sampled_from(["spawn", "relaunch", "attach", "turn"]), agent=agents, outcome=outcomes)
    def one_is_stopped_in_the_middle(self, act: str, agent: str, outcome: str) -> None:
        self.one_acts_while_others_do(act, agent, [("kill", ROOT if act == "turn" else agent)], outcome)

    @rule(act=st.sampled_from(["relaunch", "attach", "kill", "turn"]), agent=agents, outcome=outcomes)
    def one_is_paused_in_the_middle(self, act: str, agent: str, outcome: str) -> None:
        self.one_acts_while_others_do(act, agent, [("pause", agent)], outcome)

    @rule(agent=agents, whole=st.booleans())
    def one_that_is_paused_ends_and_is_to_be_relaunched(self, agent: str, whole: bool) -> None:
        for act in ("spawn", "freeze" if whole else "pause", "exit", "relaunch"):
            self._try(act, agent)

    @rule(number=st.integers(min_value=0), word=st.sampled_from(["runs", "withdraw", "end", "turn"]))
    def a_late_word_about_an_earlier_spawn_changes_nothing(self, number: int, word: str) -> None:
        state = self.stage.ledger.state
        past = [one for one in self.stage.ledger.past.values() if one.ref.find(state.agents) is None]
        if not past:
            return
        late = past[number % len(past)]
        if word == "runs":
            record_start(self.home, late, None, self.stage.process(late.spawn_id), purpose="late")
        elif word == "withdraw":
            withdraw_start(self.home, late, purpose="late")
        elif word == "turn":
            fail_turn(self.home, late, "late", purpose="late")
        elif Phase.ENDED in EDGES[late.phase]:
            assert not record_end(self.home, late, ended(self.home, late, Ending.LOST, "late"))
        assert self.stage.ledger.state is state

    # what must hold whenever nobody is in the middle of anything

    @invariant()
    def every_record_carries_what_its_phase_needs_and_no_more(self) -> None:
        for record in self.stage.ledger.state.agents.values():
            assert (record.stopper is not None) == (record.phase is Phase.STOPPING)
            assert record.starter is None or record.phase in (Phase.SPAWNING, Phase.STOPPING)
            assert record.starter is not None or record.phase is not Phase.SPAWNING
            over = record.phase is Phase.ENDED or (record.phase is Phase.IDLE and record.spawned > 0)
            if over:
                assert record.ending is not None
                assert (record.ended is None, record.ended_at is None, record.taken_over) == (False, False, "")
            elif record.live:
                assert (record.ending, record.ended) == (None, None)
            assert record.phase is not Phase.IDLE or record.id == ROOT
            assert record.paused is None or record.live

    @invariant()
    def what_is_paused_stands_still_and_what_stands_still_is_paused(self) -> None:
        for record in self.stage.ledger.state.agents.values():
            if record.phase is Phase.RUNNING and self.stage.world.get(record.spawn_id):
                assert (record.paused is not None) == (record.spawn_id in self.stage.still)

    @invariant()
    def no_slot_is_lost_or_doubled(self) -> None:
        records = self.stage.ledger.state.agents
        slots = self.home.policy.slots
        assert SlotTree(records, ROOT).committed() <= slots.max - slots.reserve
        holding = {record.spawn_id for record in records.values() if record.holds_slot}
        assert {spawn_id for spawn_id, runs in self.stage.world.items() if runs} <= holding

    @invariant()
    def who_waits_in_the_queue_has_a_record_and_the_other_way_round(self) -> None:
        state = self.stage.ledger.state
        waiting = {record.id for record in state.agents.values() if record.phase is Phase.QUEUED}
        assert {entry.id for entry in state.queue} == waiting

    def _come_to_an_end(self) -> None:
        """Whatever was left in the middle is found, and a kill leaves nothing: no process, no slot, no intent."""
        pause.thaw_all(self.home)
        assert not self.stage.ledger.state.frozen_all
        resolve_intents(self.home)
        settle(self.home)
        phases = {record.phase for record in self.stage.ledger.state.agents.values()}
        assert not phases & {Phase.SPAWNING, Phase.STOPPING}
        for agent in (*AGENTS, ROOT):
            self._kill(agent)
        for record in list(self.stage.ledger.state.agents.values()):
            if record.unverified:
                self.stage.world.pop(record.spawn_id, None)
            if record.unverified:
                record_verified(self.home, record)
        state = self.stage.ledger.state
        assert {record.phase for record in state.agents.values()} <= {Phase.ENDED, Phase.IDLE}
        assert (SlotTree(state.agents, ROOT).committed(), state.branches_closed, state.queue) == (0, frozenset(), ())
        assert not any(self.stage.world.values())
        assert not any(record.unverified for record in state.agents.values())

    def _try(self, act: str, agent: str) -> None:
        try:
            getattr(self, f"_{act}")(agent)
        except SwarmError:
            return  # refused, or failed as it was told to

    def _spawn(self, agent: str) -> None:
        if agent == ROOT:
            return
        made = self.queued.pop(agent, None) or self._draft(agent)
        with at_work([made.spawn_id]):
            reserved = self.home.ledger.commit(
                lambda state: reserve(self.home, state, request_of(agent), made), purpose=f"spawn {agent}"
            )
            try:
                start(self.home, made, self.home.layout.agent(agent), reserved)
            except Refused:
                assert made.spawn_id not in self.stage.world, "its end came first, and nobody else knows of it"
                raise

    def _queue(self, agent: str) -> None:
        if agent == ROOT:
            return
        made = self._draft(agent)
        enqueue(self.home, request_of(agent), made)
        self.queued[agent] = made

    def _draft(self, agent: str) -> Draft:
        self.spawns += 1
        spec = spec_of(agent, f"spawn-{self.spawns}")
        return Draft(agent, spec.spawn_id, spec.parent or "", spec.slots, spec=spec, launch=launch_of(spec))

    def _kill(self, agent: str) -> None:
        record = self.stage.ledger.state.agents.get(agent)
        order = Order("a test", 0.0, "operator")
        if record is not None and agent == ROOT:
            stop.stop_alone(self.home, record.ref, order, purpose="stop the turn")
        elif record is not None:
            stop.end_subtree(self.home, record.ref, order)

    def _doubt(self, agent: str) -> None:
        self.stage.doubt = "it may live on elsewhere"
        self._kill(agent)

    def _settle(self, agent: str) -> None:
        settle(self.home)
        for record in list(self.stage.ledger.state.agents.values()):
            if record.phase in (Phase.ENDED, Phase.IDLE) and record.unverified and record.id == agent:
                self.stage.world.pop(record.spawn_id, None)
                record_verified(self.home, record)

    def _exit(self, agent: str) -> None:
        record = self.stage.ledger.state.agents.get(agent)
        if record is not None:
            self.stage.world.pop(record.spawn_id, None)

    def _relaunch(self, agent: str) -> None:
        record = self.stage.ledger.state.agents.get(agent)
        if record is not None:
            relaunch.relaunch(self.home, record, launch_of(spec_of(agent, record.spawn_id)), reason="a test")

    def _attach(self, agent: str) -> None:
        record = self.stage.ledger.state.agents.get(agent)
        if record is None:
            return

        def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
            self.client = self.stage.process(launch.spawn_id)
            try:
                self.stage.world.setdefault(launch.spawn_id, set()).add(self.client)
                self.stage.effect(lambda: None)
                started(self.client.pid)
            finally:
                self.stage.world.get(launch.spawn_id, set()).discard(self.client)
            return 0

        attach.attach_terminal(self.home, record, client, "the operator")

    def _turn(self, agent: str) -> None:
        """The root's turn, as a heartbeat begins it."""
        spec = AgentSpec(ROOT, ROOT, "genesis", None, "spawn-root", "Lead.")
        search_last_turn(self.home)
        with at_work([spec.spawn_id]):
            intent, _ = intend_turn(self.home, spec, talker())
            try:
                started = self.stage.spawn(self.home.layout.agent(ROOT), launch_of(spec))
            except BaseException as error:
                fail_turn(self.home, intent, str(error), purpose="give up")
                raise
            must_run(record_start(self.home, intent, *started, purpose="turn"), "The turn was stopped.")

    def _pause(self, agent: str) -> None:
        pause.pause(self.home, agent)

    def _resume(self, agent: str) -> None:
        pause.resume(self.home, agent)

    def _freeze(self, agent: str) -> None:
        pause.freeze_all(self.home)

    def _thaw(self, agent: str) -> None:
        pause.thaw_all(self.home)

    def _recover(self, agent: str) -> None:
        resolve_intents(self.home)


def spec_of(agent: str, spawn_id: str) -> AgentSpec:
    parent, _, name = agent.rpartition("/")
    return AgentSpec(agent, name, "worker", parent, spawn_id, "Do it.", slots=3 if name == "a" else 1)


def session_of(record: Record) -> detach.Session:
    return detach.Session(spec_of(record.id, record.spawn_id), talker(), "session")


def request_of(agent: str) -> SpawnRequest:
    return SpawnRequest(name=agent.rpartition("/")[2], role="worker", task="Do it.")


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
