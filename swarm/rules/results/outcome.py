"""What is to be said of an agent that has reported, ended, or lost its process."""

from swarm.config.policy import Policy
from swarm.formatting import plural, spell_clock, spell_duration
from swarm.model.activity import ActivityState
from swarm.model.agent import Liveness
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import ResultsState, ResultsStatus
from swarm.model.review import Review
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.results.disputes import dispute_words, disputes_in
from swarm.rules.results.unread import unread_beats, with_unread

_GONE = (Liveness.DEAD, Liveness.STRANGER)


def is_gone(view: AgentView) -> bool:
    """Its process has ended for certain: the keeper wrote how, or both identities were looked at and are not there.

    Another pid namespace (a restarted container, another host) cannot be looked into, so it never counts as gone.
    """
    if view.exit is not None and view.ref.match(view.exit) is not None:
        return True
    return view.record is not None and view.liveness in _GONE


def idle_words(view: AgentView, now: Now) -> str:
    """What the root does while it has no process: when its last turn ended, how, and what it said."""
    record = view.record
    if record is not None and record.phase is Phase.IDLE and record.ended is not None:
        ago = f"{spell_duration(now.awake - record.ended)} ago"
        if record.ending is Ending.DONE:
            said = f", with the words: {record.why}" if record.why else ""
            return f"between two turns; the last one ended {ago}{said}"
        by = f" by {record.ended_by}" if record.ending is Ending.KILLED and record.ended_by else ""
        how = "was stopped" if record.ending is Ending.KILLED else "failed"
        return f"between two turns; the last one {how}{by} {ago}" + _because(record)
    end = view.ref.match(view.exit)
    if end is not None and end.code:
        return f"between two turns; the last one {_exit_words(end.code)}"
    return "between two heartbeats; it runs when it is woken"


def reported(view: AgentView, now: Now, policy: Policy, heartbeat_n: int) -> Verdict:
    """results.json is valid: what it says, and whether it has been read."""
    results, record = view.results, view.record
    read = _read_words(view, now)
    why = f"results.json says {results.status}"
    if read:
        why += f", {read}"
    elif record is not None:
        unread = f" for {spell_duration(now.wall - results.mtime)}" if results.mtime is not None else ""
        waited = unread_beats(view, heartbeat_n)
        why += f", unread{unread}" + (f", {plural(waited, 'heartbeat')}" if waited else "")
    if record is not None and record.phase is not Phase.ENDED and not is_gone(view) and view.liveness is Liveness.ALIVE:
        why += "; its process still runs"
    state = Health.FAILED if results.status is ResultsStatus.FAILED else Health.DONE
    return with_unread(weighed(view, Verdict(state, why), now), view, policy, heartbeat_n)


def weighed(view: AgentView, judged: Verdict, now: Now) -> Verdict:
    """The verdict on an agent that is done, with what was decided about its results, or what speaks against them."""
    review = view.record.review if view.record is not None else None
    if review is not None and review.is_rejection:
        return replace(judged, state=Health.FAILED, why=f"its results were {_review_words(review, now)}")
    if judged.state is Health.DONE and (disputes := disputes_in(view)):
        why = f"done, disputed: {dispute_words(disputes)}; accept or reject it; {judged.why}"
        return replace(judged, state=Health.DISPUTED, why=why)
    return judged if review is None else replace(judged, why=f"{judged.why}; {_review_words(review, now)}")


def _review_words(review: Review, now: Now) -> str:
    word = f": {review.word}" if review.word else ""
    return f"{review.decision} by {review.by} at {spell_clock(review.at, now.wall)}{word}"


def _read_words(view: AgentView, now: Now) -> str:
    record = view.record
    if record is None or record.read_at is None:
        return ""
    return f"read by {record.read_by or 'the operator'} at {spell_clock(record.read_at, now.wall)}"


def _exit_words(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def gone(view: AgentView, record: Record | None, age: float) -> Verdict:
    """Its process has ended, and there are no valid results."""
    if view.exit_why:
        why = f"its process is gone, and how it ended cannot be read: exit.json: {view.exit_why}"
        return Verdict(Health.UNKNOWN, why, age=age)
    end = view.ref.match(view.exit)
    lacks = "without results.json"
    if view.results.state is ResultsState.INVALID:
        lacks = f"and results.json is not valid: {view.results.why}"
    if end is None:
        how = "its pid belongs to another process now" if view.liveness is Liveness.STRANGER else "its process is gone"
        return Verdict(Health.LOST, f"{how}, there is no exit.json, and it ended {lacks}", age=age)
    if end.error:
        return Verdict(Health.FAILED, f"its program could not be started: {end.error}", age=age)
    if end.stopped:
        if record is not None and record.phase is Phase.STOPPING:
            return Verdict(Health.KILLED, f"stopped by {record.ended_by or 'us'}" + _because(record), age=age)
        return Verdict(Health.LOST, f"stopped from outside {lacks}", age=age)
    if end.code is None:
        return Verdict(Health.LOST, f"it ended {lacks}, how is not known", age=age)
    return Verdict(Health.FAILED, f"{_exit_words(end.code)} {lacks}", age=age)


def _because(record: Record) -> str:
    return f": {record.why}" if record.why else ""


def ended(view: AgentView, record: Record, now: Now, policy: Policy, heartbeat_n: int) -> Verdict:
    """The ledger has ended it: the verdict says how, and whether its results were read."""
    ago = ""
    if record.ended is not None:
        ago = f" {spell_duration(now.awake - record.ended)} ago"
    if record.unverified:
        state = Health(record.ending) if record.ending is not None else Health.KILLED
        return Verdict(state, f"ended{ago}, not verified, so it holds its slot: {record.unverified}")
    if record.ending is Ending.DONE:
        if view.results.state is ResultsState.VALID:
            return reported(view, now, policy, heartbeat_n)
        return weighed(view, Verdict(Health.DONE, f"done{ago}" + _because(record)), now)
    if record.ending is Ending.KILLED:
        late = "; it left valid results" if view.results.state is ResultsState.VALID else ""
        killed = Verdict(Health.KILLED, f"ended by {record.ended_by or 'us'}{ago}" + _because(record) + late)
        return with_unread(killed, view, policy, heartbeat_n)
    if record.ending is Ending.LOST:
        return Verdict(Health.LOST, f"gone without results{ago}" + _because(record))
    return Verdict(Health.FAILED, (record.why or "failed") + (f",{ago}" if ago else ""))


def judge(exit_code: int | None, activity: ActivityState | None, results: ResultsState) -> tuple[bool, str]:
    """(success, why not). Success: exit 0, a last turn that ended well, and results.json there and valid.

    exit_code: negative for the signal that ended it, None where it is not known. activity: None for a program that only
    prints text, which is judged by the other two. Programs end with 0 after an interruption, and call a turn a success
    in which the model service failed (measured): so no sign counts by itself.
    """
    reasons = [reason for reason in (_ended(exit_code), turn_words(activity), _left(results)) if reason]
    return not reasons, "; ".join(reasons)


def _ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "how it ended is not known"
    if exit_code < 0:
        return f"it was ended by signal {-exit_code}"
    return f"it ended with exit code {exit_code}" if exit_code else ""


def turn_words(activity: ActivityState | None) -> str:
    """What was wrong with its last turn, as its program told it; '' where nothing was, or it does not tell."""
    if activity is None:
        return ""
    end = activity.turn_end
    if end is not None:
        return "" if end.ok else f"its last turn failed: {end.why}" if end.why else "its last turn failed"
    if activity.retrying:
        return f"its model service refused until the end: {activity.retrying}"
    if activity.open_tools:
        tool = activity.open_tools[-1]
        return f"it ended in mid-turn, in {tool.tool}" if tool.tool else "it ended in mid-turn"
    if activity.in_turn or activity.turns:
        return "it ended in mid-turn"
    return "its program said nothing"


def _left(results: ResultsState) -> str:
    if results is ResultsState.VALID:
        return ""
    return "results.json is not valid" if results is ResultsState.INVALID else "results.json is missing"
