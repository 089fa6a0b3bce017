"""Promised outputs against what is there, by a look at real files; and the inbox of a real home, marked by nobody."""

from pathlib import Path

from swarm.model.results_inbox import Promise
from swarm.verbs.results import results
from tests.support.homes import LiveHome

DONE = """echo x > report.md; mkdir pages; echo x > pages/1.md; echo x > pages/2.md
echo '{"summary": "there", "outputs": ["report.md", "pages/prices.csv"], "other": 1}' > results.json"""


def test_failure_8_what_was_promised_and_named_is_looked_for(live_home: LiveHome) -> None:
    live_home.spawn("idea", slots=4)
    idea = live_home.open(live_home.actor("idea"))
    asked = live_home.request("worker", "sh", "-c", DONE, outputs=("pages/*.md", "figures/*.png"))
    idea.spawn(asked)
    live_home.spawn("crash", "sh", "-c", "exit 3")
    for name in ("idea/worker", "crash"):
        live_home.wait_until_ended(name)
    live_home.swarm.settle()

    found = live_home.swarm.results()
    assert {entry.agent for entry in found} == {live_home.id("idea/worker"), live_home.id("crash")}
    (entry,) = [each for each in found if each.agent == live_home.id("idea/worker")]
    assert entry.promises == (
        Promise("pages/*.md", 2, declared=True),
        Promise("figures/*.png", 0, declared=True),
        Promise("report.md", 1, declared=False),
        Promise("pages/prices.csv", 0, declared=False),
    )
    assert (entry.kept, entry.reader, entry.unread_beats) == (2, live_home.id("idea"), 0)
    assert [each.agent for each in results(idea.home, live_home.swarm.snapshot())] == [live_home.id("idea/worker")]

    assert all(record.read_at is None for record in live_home.state.agents.values())
    idea.read("worker")
    Path(live_home.agent("idea/worker").path / "report.md").unlink()
    again = next(each for each in live_home.swarm.results() if each.agent == live_home.id("idea/worker"))
    assert (again.read_by, again.kept, again.unread_beats) == (live_home.id("idea"), 1, None)
