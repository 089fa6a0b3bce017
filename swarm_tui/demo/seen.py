"""What a demo has shown so far: states, failures, and what was done, in lines for its end."""

from collections import Counter
from collections.abc import Iterable, Mapping

from swarm.formatting import plural, spell_duration
from swarm.ledger.audit_log import Event
from swarm.model.actor import AuditVerb
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import Snapshot
from swarm.sanitize import clean
from swarm_tui.demo.failures import FAILURES

EXPECTED = tuple(state for state in Health if state not in (Health.RETRYING, Health.WAITING))
"""Every state of the health table, but those that only a program which talks to a model service can report."""
_WHAT = {
    1: "two writers of one file",
    2: "a wrong name, and silence",
    3: "alive and of no use",
    4: "more than one model tier",
    5: "a role file that was not read",
    6: "more agents than was said",
    7: "orders in a text that was read",
    8: "results that nobody reads",
    9: "activity taken for success",
    10: "one more thing",
}
"""The failures in a few words, as the README calls them."""


class Seen:
    """Remembers which states and failures were seen, and counts what was done."""

    def __init__(self) -> None:
        self.states: dict[Health, str] = {}
        """The agent that was first seen in each state."""
        self.failures: dict[int, str] = {}
        """What the alert said of each failure that was seen, by its number."""
        self._done: Counter[AuditVerb] = Counter()
        self._refused = 0

    def look(self, snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> list[int]:
        """Takes one look at the swarm; returns the numbers of the failures that are seen for the first time."""
        for agent, verdict in verdicts.items():
            self.states.setdefault(verdict.state, agent)
        new = []
        for failure in FAILURES:
            alert = next((each for each in snapshot.alerts if failure.is_seen_in(each)), None)
            if alert is not None and failure.number not in self.failures:
                self.failures[failure.number] = f"{alert.cause}: {clean(alert.text, 120)}"
                new.append(failure.number)
        return new

    def count(self, events: Iterable[Event]) -> None:
        """Counts what the audit log says, as far as it was read."""
        for event in events:
            if event.ok:
                self._done[event.verb] += 1
            elif event.verb is AuditVerb.SPAWN:
                self._refused += 1

    @property
    def missed(self) -> list[str]:
        """The states and failures that were not seen yet."""
        return [str(state) for state in EXPECTED if state not in self.states] + [
            f"failure {each.number}" for each in FAILURES if each.number not in self.failures
        ]

    def summary(self, seconds: float) -> list[str]:
        """What was seen, in lines of less than 80 columns. seconds: how long it was played."""
        done = self._done
        spawns, refused = plural(done[AuditVerb.SPAWN], "spawn"), self._refused
        counts = (
            plural(done[AuditVerb.HEARTBEAT], "heartbeat"),
            f"{spawns} ({refused} refused)" if refused else spawns,
            plural(done[AuditVerb.KILL], "kill"),
            plural(done[AuditVerb.ALERT], "alert"),
        )
        lines = [
            f"What this demo showed in {spell_duration(round(seconds))}:",
            f"  {', '.join(counts)}",
            f"  {len(self.failures)} of the ten failures",
        ]
        for failure in FAILURES:
            said = self.failures.get(failure.number)
            cause = said.partition(":")[0] if said is not None else "not yet"
            lines.append(f"    {failure.number:>2}  {_WHAT[failure.number]:<32}  {cause}")
        return lines
