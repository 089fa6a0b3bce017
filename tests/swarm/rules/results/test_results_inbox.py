"""What the results inbox shows of a snapshot: who is to read, and which outcomes are reached."""

from swarm.model.agent import Acceptance
from swarm.model.record import Ending, Phase
from swarm.model.results_inbox import ResultsEntry
from swarm.model.snapshot import AgentView
from swarm.rules.results.results_inbox import entries, needs_a_reader
from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, ROOT, a_root, a_snapshot, a_spec, a_view, results
from widgets.results_entry import entry_page
from widgets.results_row import seen_words


def entry_of(view: AgentView) -> ResultsEntry:
    snapshot = a_snapshot(a_root(), view)
    (found,) = entries(snapshot, verdicts(snapshot, POLICY, NOW))
    return found


def test_what_the_engine_did_not_spawn_waits_for_nobody_because_no_read_of_it_can_be_noted() -> None:
    ours = entry_of(a_view("w", results=results(), phase=Phase.ENDED, ending=Ending.DONE))
    strange = entry_of(a_view("w", results=results(), record=None))

    assert (needs_a_reader(ours), ours.reader, seen_words(ours).text) == (True, ROOT, "unread")
    assert (needs_a_reader(strange), strange.reader, seen_words(strange).text) == (False, "", "")
    assert not any("is to read it" in line.text for line in entry_page(strange, ROOT))


def test_an_outcome_stands_in_the_inbox_once_however_its_spec_writes_it() -> None:
    spec = a_spec("w", acceptance=(Acceptance("the page\nis there", "true"),))
    view = a_view("w", spec=spec, results=results(), acceptance=(("the page is there", True),))
    assert entry_of(view).outcomes == (("the page is there", True),)
