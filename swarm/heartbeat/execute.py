"""Carries out every action of a heartbeat's plan in order, with a second look before each kill."""

from collections.abc import Callable

from msgspec import Struct

from swarm.admission import spawn_gate
from swarm.ending.end import ended
from swarm.ending.intents import Order
from swarm.ending.settle import look_at_end, record_outcome, settle
from swarm.errors import SwarmError
from swarm.heartbeat.check_runner import start_runners
from swarm.heartbeat.checks import ask
from swarm.heartbeat.end_for_cause import CAUSES_OF_ENDS, end_for_cause
from swarm.heartbeat.investigate import investigate
from swarm.heartbeat.root import search_last_turn
from swarm.heartbeat.starts import Starts
from swarm.heartbeat.unverified import search_again
from swarm.heartbeat.worktrees import remove_unneeded
from swarm.home import audit
from swarm.home.context import Home
from swarm.lifecycle.archive import put_away_unless_needed
from swarm.lifecycle.decide import decide
from swarm.lifecycle.delivery import warn
from swarm.lifecycle.spawn import WAITS
from swarm.lifecycle.stop import end_subtree, stop_alone
from swarm.lifecycle.strays import end_stray, stray_views
from swarm.lifecycle.take_up import try_again
from swarm.model.actor import AuditVerb
from swarm.model.agent import Liveness
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action, Executed, Plan
from swarm.model.record import Ending, Phase, Record
from swarm.model.requests import StopOutcome
from swarm.model.review import Decision, Review
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.health import verdict
from swarm.rules.results.disputes import open_disputes
from swarm.scan.scanner import Scanner

FAILED = "failed: "


class Executor(Struct):
    """Carries out the actions of one plan, one method a kind; `done` says what came of them."""

    home: Home
    plan: Plan
    snapshot: Snapshot
    scanner: Scanner
    done: Executed
    views: dict[str, AgentView] = {}

    def __post_init__(self) -> None:
        self.views = {view.id: view for view in self.snapshot.agents}

    def record_of(self, action: Action) -> Record | None:
        """The ledger's record of the very spawn that the plan saw."""
        return action.ref.find(self.home.ledger.read().agents)

    def investigate(self, action: Action) -> None:
        view = self.views[action.agent]
        self.done.investigated[action.agent] = investigate(self.home, view, action.reason, self.plan.n)
        self.done.say(action, AlertCause.INVESTIGATE, action.reason)
        self.done.note(action, ActionKind.INVESTIGATE, action.reason)
        audit.by_engine(
            self.home,
            AuditVerb.INVESTIGATE,
            agent=action.agent,
            spawn_id=action.spawn_id,
            reason=action.reason,
            number=self.done.investigated[action.agent],
        )

    def kill(self, action: Action) -> None:
        """Two looks have to agree: the plan's, and a fresh one right now."""
        if action.cause in CAUSES_OF_ENDS:
            self._end_for_cause(action)
            return
        spared = self._second_look(action)
        if spared:
            self.done.note(action, ActionKind.SPARE, spared)
            return
        order = Order(action.reason, self.home.policy.stop.grace, str(self.home.actor), automatic=True)
        for each in end_subtree(self.home, action.ref, order):
            self._note_end(action, each)

    def _end_for_cause(self, action: Action) -> None:
        spared, ends = end_for_cause(self.home, self.scanner, action)
        if spared:
            self.done.note(action, ActionKind.SPARE, spared)
        for each in ends:
            self._note_end(action, each)

    def _second_look(self, action: Action) -> str:
        """Why it lives on after all; '' where both looks agree."""
        path = str(self.home.layout.agent(action.agent).path)
        fresh = action.ref.match(self.scanner.rescan([path]).agent(action.agent))
        if fresh is None:
            return "it is not there any more, or was spawned anew"
        now = self.home.now()
        state = self.home.ledger.read()
        second = verdict(fresh, now, self.home.policy, heartbeat_n=state.heartbeat_n)
        return "" if second.kill_due else f"a second look says {second.state}: {second.why}"

    def _note_end(self, action: Action, each: StopOutcome) -> None:
        own = replace(action, agent=each.agent, spawn_id=each.spawn_id)
        record = self.record_of(own)
        killed = record is not None and record.ending is Ending.KILLED
        if not killed:
            did = ActionKind.COLLECT if record is not None and record.ending is Ending.DONE else ActionKind.FREE
            self.done.note(own, did, record.why if record is not None else each.note)
            return
        self.done.killed += 1
        below = "" if each.agent == action.agent else f"below {action.agent}: "
        self.done.note(own, ActionKind.KILL, below + action.reason)
        cause = action.cause
        if cause is None or cause is AlertCause.LOOPING:  # that it loops is over with it
            cause = AlertCause.KILLED
        self.done.say(own, cause, below + action.reason)

    def end_stray(self, action: Action) -> None:
        """A second look has to find the very process that the plan saw."""
        seen, now = self.views[action.agent].stray, stray_views(self.home).get(action.agent)
        if seen is None or now is None or now.stray is None or now.stray.process != seen.process:
            self.done.note(action, ActionKind.SPARE, "a second look does not find it")
            return
        grace = self.home.policy.stop.grace if self.home.policy.strays.then == "stop" else 0.0
        ended = end_stray(self.home, action.agent, seen, grace=grace, reason=action.reason)
        self.done.note(action, ActionKind.END_STRAY, ended.unverified or action.reason)

    def collect(self, action: Action) -> None:
        record = self.record_of(action)
        if record is None:
            return
        if record.phase is Phase.RUNNING:
            end = look_at_end(self.home, record)
            if end is not None:
                record_outcome(self.home, record, end)
            else:
                self._wind_down(record, action.reason)
        self.done.collected.add(action.agent)
        self.done.note(action, ActionKind.COLLECT, action.reason)

    def _wind_down(self, record: Record, reason: str) -> None:
        """It has written its results and still runs: it gets a moment to end by itself, then it is asked to."""
        order = Order(reason, self.home.policy.stop.grace, str(self.home.actor), automatic=True)
        stop_alone(self.home, record.ref, order, purpose=f"collect {record.id}")

    def free(self, action: Action) -> None:
        record = self.record_of(action)
        if record is None or record.phase is not Phase.RUNNING:
            return
        end = look_at_end(self.home, record)
        if end is None and action.ending is not None and self.home.runner.alive(record) is Liveness.ELSEWHERE:
            end = ended(self.home, record, action.ending, action.reason)
        if end is None:
            self.done.note(action, ActionKind.SPARE, "a second look found it running")
            return
        record_outcome(self.home, record, end)
        did = ActionKind.WAIT if end.phase is Phase.WAITING else ActionKind.FREE
        self.done.note(action, did, end.why or action.reason)

    def remove_worktree(self, action: Action) -> None:
        record = self.record_of(action)
        if record is None or record.phase is not Phase.ENDED:
            return
        why = remove_unneeded(self.home, record)
        self.done.note(action, ActionKind.SPARE if why else ActionKind.REMOVE_WORKTREE, why or action.reason)

    def wait(self, action: Action) -> None:
        """Its program has ended for its service, by the plan's look and by this one."""
        if settle(self.home, {action.agent}):
            self.done.note(action, ActionKind.WAIT, action.reason)

    def take_up(self, action: Action) -> None:
        record = self.record_of(action)
        state = self.home.ledger.read()
        waits = record is not None and record.phase is Phase.WAITING and record.paused is None
        if record is not None and waits and not state.frozen_all:
            started = try_again(self.home, record)
            self.done.note(action, ActionKind.TAKE_UP, action.reason if started else f"not started: {action.reason}")

    def check(self, action: Action) -> None:
        """Only asked for: they run beside the heartbeats, in processes of their own."""
        if self.record_of(action) is None:
            return  # the ledger has let go of it
        self.done.asked.append(action.ref)
        self.done.note(action, ActionKind.CHECK, action.reason)

    def reject(self, action: Action) -> None:
        record = self.record_of(action)
        if record is None or not open_disputes(record):
            return
        review = Review(Decision.REJECTED, str(self.home.actor), self.home.clock.wall(), action.reason)
        decide(self.home, record, review, AuditVerb.REJECT)
        self.done.note(action, ActionKind.REJECT, action.reason)

    def alert(self, action: Action) -> None:
        record = self.record_of(action)
        if action.cause is AlertCause.UNVERIFIED and (record is None or not record.unverified):
            return  # the search of this heartbeat has found that nothing is left
        if action.cause is not None:
            self.done.say(action, action.cause, action.reason)
        self.done.note(action, ActionKind.ALERT, action.reason)

    def warn(self, action: Action) -> None:
        record = self.record_of(action)
        if record is None or record.phase is not Phase.RUNNING:
            return
        waits = warn(self.home, record, action.reason, action.once)
        self.done.warned.setdefault(action.agent, []).append(action.once)
        self.done.note(action, ActionKind.WARN, action.reason)
        audit.by_engine(
            self.home,
            AuditVerb.WARN,
            agent=action.agent,
            spawn_id=action.spawn_id,
            reason=action.reason,
            cause=action.cause,
            **({"waits": waits} if waits else {}),
        )

    def wake(self, action: Action) -> None:
        """Only said here: the turn begins when this heartbeat is recorded (see `heartbeat.beat`)."""
        frozen = self.home.ledger.read().frozen_all
        did, why = (ActionKind.SKIP, "all agents are frozen") if frozen else (ActionKind.WAKE, action.reason)
        self.done.note(action, did, why)

    def archive(self, action: Action) -> None:
        if put_away_unless_needed(self.home, action.agent, self.views):
            self.done.note(action, ActionKind.ARCHIVE, action.reason)

    def remark(self, action: Action) -> None:
        if action.put_off:
            self.done.put_off.add(action.role)
        self.done.note(action, action.kind, action.reason)


def execute(home: Home, plan: Plan, snapshot: Snapshot, scanner: Scanner) -> Executed:
    """Carries out every action; one that fails is recorded so, with an alert, and the others go on."""
    hands = Executor(home, plan, snapshot, scanner, Executed())
    starts = Starts(home, plan.n, hands.views, hands.done)
    acts: dict[ActionKind, Callable[[Action], None]] = {
        ActionKind.INVESTIGATE: hands.investigate,
        ActionKind.KILL: hands.kill,
        ActionKind.END_STRAY: hands.end_stray,
        ActionKind.COLLECT: hands.collect,
        ActionKind.FREE: hands.free,
        ActionKind.CHECK: hands.check,
        ActionKind.REJECT: hands.reject,
        ActionKind.ALERT: hands.alert,
        ActionKind.WARN: hands.warn,
        ActionKind.REMOVE_WORKTREE: hands.remove_worktree,
        ActionKind.WAIT: hands.wait,
        ActionKind.TAKE_UP: hands.take_up,
        ActionKind.SPAWN: starts.queued,
        ActionKind.SCHEDULE: starts.scheduled,
        ActionKind.SKIP: hands.remark,
        ActionKind.WAKE: hands.wake,
        ActionKind.NOTE: hands.remark,
        ActionKind.ARCHIVE: hands.archive,
    }
    said = {action.cause: action.reason for action in plan.actions if action.cause is not None and not action.agent}
    spawn_gate.update(home, said, only_clear=True)  # what this heartbeat starts is not refused for what is over
    search_again(home, snapshot)
    search_last_turn(home)
    for action in plan.actions:
        try:
            acts[action.kind](action)
        except (SwarmError, OSError) as error:
            _failed(hands.done, action, error)
    _run_checks_beside(home, plan, hands.done)
    return hands.done


def _run_checks_beside(home: Home, plan: Plan, done: Executed) -> None:
    """Has the checks run that were asked for, and those of which an earlier runner died."""
    try:
        ask(home, done.asked, plan.n)
        start_runners(home)
    except (SwarmError, OSError) as error:
        _failed(done, Action(ActionKind.CHECK, "", "", "run checks"), error)


def _failed(done: Executed, action: Action, error: SwarmError | OSError) -> None:
    refused = isinstance(error, SwarmError) and error.exit_status == 3
    waits = refused and action.kind in (ActionKind.SPAWN, ActionKind.SCHEDULE)
    done.note(action, ActionKind.SKIP if waits else action.kind, ("" if waits else FAILED) + str(error))
    if waits and isinstance(error, SwarmError) and error.code in WAITS:
        if action.kind is ActionKind.SCHEDULE:
            done.put_off.add(action.role)
    else:
        done.say(action, AlertCause.ACTION, f"{action.kind} failed: {error}")
