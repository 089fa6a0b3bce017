"""The language of the filter line: words, states, and what is turned round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.model.state_words import STATE_WORDS, meant_by
from swarm.model.values import replace
from swarm.rules.attention import attention
from swarm.rules.state_words import is_in_state
from swarm.rules.verdicts import verdicts
from swarm_tui.cli.selection import select
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view, big_example
from tests.support.widget_app import WidgetApp, screen_lines
from tests.widgets.test_agent_tree import started
from widgets.agent_tree import AgentTree
from widgets.tree_filter import FILTER_HELP, understood
from widgets.tree_state import TreeState
from widgets.tree_words import title_words

SWARM = big_example()
FOUND = verdicts(SWARM, POLICY, NOW)


def matched(text: str) -> list[str]:
    wanted = understood(text)
    return [
        view.id.removeprefix("genesis-01/") for view in SWARM.agents if wanted.matches(view, FOUND[view.id])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (":failed", ["migrate-01"]),
        (":FAIL", ["migrate-01"]),
        (":looping", ["idea-alpha/worker-3"]),
        (":silent", ["idea-alpha/worker-2", "idea-beta/worker-2", "scout-01/helper-1", "notes-import"]),
        (":silent idea", ["idea-alpha/worker-2", "idea-beta/worker-2"]),
        (":silent !beta idea", ["idea-alpha/worker-2"]),
        (":unread", ["idea-beta/worker-9"]),
        (":ended !:done", ["idea-alpha/worker-0", "idea-beta/worker-1", "migrate-01"]),
        ("BETA overdue", ["idea-beta/worker-2"]),
        ("injection", ["scout-01"]),
        ("no line in progress.md idea-alpha", ["idea-alpha/worker-2"]),
        ("price table", ["idea-beta/worker-9"]),
        ("no such thing", []),
    ],
)
def test_words_states_and_their_opposites_narrow_together(text: str, names: list[str]) -> None:
    assert matched(text) == names


def test_the_opposite_of_a_term_is_everybody_else() -> None:
    everybody = {view.id.removeprefix("genesis-01/") for view in SWARM.agents}
    for text in ("worker", ":done", ":running", ":problem", ":stray"):
        assert set(matched(text)) | set(matched(f"!{text}")) == everybody
        assert not set(matched(text)) & set(matched(f"!{text}"))


@pytest.mark.parametrize("text", ["", " ", ":", "!", "!:", " : ! "])
def test_what_asks_for_nothing_yet_narrows_nothing(text: str) -> None:
    assert not understood(text).narrows
    assert understood(text).matches(SWARM.agents[0], FOUND[SWARM.agents[0].id])


def test_a_state_is_found_by_its_beginning_while_it_is_typed_and_by_itself_when_it_is_whole() -> None:
    assert meant_by("un") == ("unknown", "unread")
    assert meant_by("late") == ("late",)
    assert set(matched(":lo")) == {"idea-alpha/worker-3", "idea-beta/worker-1"}


def test_a_state_that_does_not_exist_matches_nobody_and_says_which_do() -> None:
    for text in (":nonsense", "!:nonsense", "worker :nonsense"):
        wanted = understood(text)
        assert wanted.narrows
        assert not matched(text)
        assert wanted.unknown_words.startswith("there is no state :nonsense; there are disputed")
        assert all(word in wanted.unknown_words for word in STATE_WORDS)
    assert not understood(":done").unknown_words


def test_every_state_word_is_true_of_somebody_or_nobody_and_never_fails() -> None:
    for word in STATE_WORDS:
        for view in SWARM.agents:
            assert is_in_state(word, view, FOUND[view.id]) in (True, False)
    running = {view.id for view in SWARM.agents if is_in_state("running", view, FOUND[view.id])}
    assert SWARM.root not in running


def test_what_was_found_is_told_for_words_and_not_for_opposites() -> None:
    wanted = understood("work er !draft :silent")
    assert wanted.spans("A worker: WORK") == ((2, 8), (10, 14))
    assert wanted.names_state
    assert not understood("!:silent work").names_state
    assert wanted.spans("drafting") == ()


@given(st.text(max_size=30), st.text(max_size=60))
def test_found_places_lie_in_the_text_and_hold_what_was_typed(typed: str, text: str) -> None:
    wanted = understood(typed)
    end = -1
    for start, stop in wanted.spans(text):
        assert end < start < stop <= len(text)
        assert any(term.word in text.lower()[start:stop] for term in wanted.terms)
        end = stop


def test_the_examples_of_the_help_are_understood() -> None:
    assert all(understood(example).narrows and not understood(example).unknown for example, _ in FILTER_HELP)


async def test_an_unknown_state_is_said_with_all_there_are_in_place_of_the_list() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(78, 10), notifications=True) as pilot:
        await started(app, tree, a_snapshot(a_root(), a_view("one")), pilot)
        tree.filter_text = ":nonsense"
        await pilot.pause()
        said = " ".join(line.strip() for line in screen_lines(app))
        assert "there is no state :nonsense; there are" in said
        assert all(word in said for word in STATE_WORDS)


def test_a_problem_is_whoever_needs_a_person_for_an_open_alert_alone_too() -> None:
    alert = Alert("genesis-01/well", AlertCause.SAME_FILE, "two agents change one file")
    state = TreeState()
    snapshot = a_snapshot(a_root(), a_view("well"), a_view("other"), alerts=(alert,))
    found = verdicts(snapshot, POLICY, NOW)
    state.take(snapshot.agents, found, snapshot.root)
    state.take_needs(attention(snapshot, found))
    state.filter_text = ":problem"
    state.reorder()
    assert [state.view_at(at).name for at, line in enumerate(state.lines) if not line.context] == ["well"]
    assert title_words(state) == "agents 1 of 3", "who only leads there is not counted"
    acknowledged = replace(snapshot, alerts=(replace(alert, acked_at=NOW.wall),))
    assert state.take_needs(attention(acknowledged, found)), "the lines are found again"
    state.reorder()
    assert not state.lines
    chosen = select(snapshot, found, (":problem",), only_problems=False)
    assert chosen is not None
    assert chosen.ids(snapshot) == {"genesis-01/well"}
