"""Sessions that run beside a swarm: which are listed, and what taking one in needs and does."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.errors import NotFound, Refused, SwarmError
from swarm.model.agent import Identity
from swarm.model.listed import ListedSession, SessionKind
from swarm.model.values import replace
from swarm.processes.identity import identify
from swarm.programs.claude.program import Claude
from tests.support.chatting import kept, told, with_chatter
from tests.support.homes import LiveHome
from tests.support.services import served
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


class Beside:
    """A session of the chatter that a daemon runs beside the swarm."""

    def __init__(self, home: LiveHome, process: Identity, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.process = process
        self.sessions = with_chatter(home)
        self.listed = ListedSession(
            program="claude",
            key="850354a5-5f5a",
            short="850354a5",
            name="pages",
            kind=SessionKind.BACKGROUND,
            cwd=str(project),
            processes=(process,),
            launched_by=(),
        )
        (self.sessions / self.listed.key).write_text(json.dumps("before") + "\n")
        monkeypatch.setattr(Claude, "sessions", lambda _: (self.listed,) if self.runs else ())

    @property
    def runs(self) -> bool:
        return identify(self.process.pid) == self.process


@pytest.fixture
def beside(live_home: LiveHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    project = tmp_path / "project"
    project.mkdir()
    with served(project, "daemon") as process:
        yield Beside(live_home, process, project, monkeypatch)


def test_a_session_becomes_an_agent_where_it_worked_with_what_it_knew(live_home: LiveHome, beside: Beside) -> None:
    adopted = live_home.swarm.adopt("pages", name="worker-1", task="Count the pages.")

    assert not beside.runs
    assert adopted.session == beside.listed.key
    agent = live_home.agent("worker-1")
    wait_for(lambda: told(agent), "its first words")
    assert str(agent.task) in told(agent)[0]
    assert "Count the pages." in agent.task.read_text()
    assert kept(beside.sessions, agent)[0] == "before"
    assert live_home.swarm.snapshot().slots.used == 1
    assert live_home.lines("adopt") == [("adopt", live_home.id("worker-1"), True, "")]
    assert live_home.swarm.sessions() == ()


def test_what_an_agent_runs_is_no_session_beside_the_swarm(live_home: LiveHome, beside: Beside) -> None:
    live_home.spawn("worker-1")
    process = live_home.record("worker-1").process
    assert process is not None
    assert live_home.swarm.sessions() == (beside.listed,)
    beside.listed = replace(beside.listed, processes=(process,))
    assert live_home.swarm.sessions() == ()


@pytest.mark.parametrize(
    ("change", "words", "more", "code"),
    [
        ({"kind": SessionKind.INTERACTIVE}, "pages", {}, "attach"),
        ({}, "pages", {"role": "improvement"}, "scope"),
        ({}, "pages", {"role": "nobody"}, "role"),
        ({"key": "--fork"}, "pages", {}, "attach"),
        ({"cwd": "/no/such/place"}, "pages", {}, "input"),
        ({}, "8503", {"name": "Not a name"}, "name"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_and_runs_on(
    live_home: LiveHome, beside: Beside, change: dict[str, object], words: str, more: dict[str, str], code: str
) -> None:
    beside.listed = replace(beside.listed, **change)  # type: ignore[arg-type]  # fields by name
    with pytest.raises(SwarmError) as refused:
        live_home.swarm.adopt(words, **{"name": "worker-1", **more})  # type: ignore[arg-type]  # names and texts
    assert refused.value.code == code
    assert beside.runs
    assert not live_home.state.agents


def test_without_a_slot_it_runs_on(live_home: LiveHome, beside: Beside) -> None:
    with_chatter(live_home, slots=1, reserve=0)
    live_home.spawn("worker-1")
    with pytest.raises(Refused) as refused:
        live_home.swarm.adopt("pages", name="worker-2")
    assert refused.value.code == "no-slot"
    assert beside.runs


def test_only_the_operator_takes_sessions_in_and_only_what_there_is(live_home: LiveHome, beside: Beside) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    with pytest.raises(Refused) as refused:
        live_home.open(live_home.actor("idea-a")).adopt("pages", name="worker-1")
    assert refused.value.code == "hierarchy"
    for words in ("850", "nothing", ""):
        with pytest.raises(NotFound):
            live_home.swarm.adopt(words, name="worker-1")
    assert beside.runs


def test_only_what_runs_is_adopted_and_the_refusal_says_so_and_of_which_programs_it_cannot_be_told(
    live_home: LiveHome, beside: Beside
) -> None:
    with pytest.raises(NotFound) as refused:
        live_home.swarm.adopt("01a21557", name="worker-1")
    assert "Only a session that runs can be adopted" in refused.value.detail
    assert "Of gemini and opencode it cannot be told" in refused.value.detail
    assert live_home.swarm.unlisted() == ("gemini", "opencode")
    assert beside.runs


def test_what_runs_in_one_process_with_others_is_left_alone_with_the_way_to_take_it_in(
    live_home: LiveHome, beside: Beside
) -> None:
    beside.listed = replace(beside.listed, alone_by="program resume --alone 850354a5-5f5a")
    with pytest.raises(Refused) as refused:
        live_home.swarm.adopt("pages", name="worker-1", end=True)
    assert refused.value.code == "attach"
    assert "program resume --alone 850354a5-5f5a" in refused.value.hint
    assert beside.runs


def test_a_person_in_a_terminal_is_ended_only_when_asked_for(live_home: LiveHome, beside: Beside) -> None:
    beside.listed = replace(beside.listed, kind=SessionKind.INTERACTIVE, short="")
    live_home.swarm.adopt("8503", name="worker-1", end=True)
    assert not beside.runs


def test_a_session_that_has_just_begun_is_not_ended_because_no_agent_could_go_on_with_it(
    live_home: LiveHome, beside: Beside
) -> None:
    beside.listed = replace(beside.listed, is_kept=False)

    with pytest.raises(Refused, match="just begun"):
        live_home.swarm.adopt("pages", name="worker-1", task="Count the pages.")

    assert beside.runs
