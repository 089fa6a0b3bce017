"""The one table of acts: every entry has keys, a handler, and a reason when it is refused."""

from itertools import chain
from pathlib import Path

import pytest

from swarm.model.health import Health, Verdict
from swarm.model.snapshot import Access, Snapshot
from swarm.model.verbs import BY_NAME as VERBS
from swarm_tui.app.act import Act, On
from swarm_tui.app.actions import ACTS, BY_NAME
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers import HANDLERS, ON_AGENTS
from swarm_tui.app.keys import KeyNames, bindings, with_keys, written
from swarm_tui.app.strip import strip_hints
from tests.support.swarms import a_root, a_snapshot, a_view

FORBIDDEN = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z"}
DESTRUCTIVE = {"stop", "stop_hard", "respawn", "freeze", "pause", "beat"}
MOVEMENT = {"h", "j", "k", "l", "g"}
NEIGHBOURS = {"j": "hkunm", "k": "jlimo", "h": "gjybn", "l": "kop"}


def test_every_act_has_a_handler_and_every_handler_an_act() -> None:
    assert set(HANDLERS) == {act.name for act in ACTS if act.on is On.NONE}
    assert set(ON_AGENTS) == {act.name for act in ACTS if act.on is not On.NONE}


def test_an_act_that_carries_out_a_verb_names_a_declared_one() -> None:
    assert {act.verb for act in ACTS if act.verb} <= set(VERBS)
    assert {"kill", "spawn", "message", "hold"} <= {act.verb for act in ACTS}


def test_no_key_stands_for_two_acts() -> None:
    keys = list(chain.from_iterable(act.keys for act in ACTS))
    assert len(keys) == len(set(keys))


def test_keys_that_tmux_and_terminals_take_are_left_alone() -> None:
    assert not FORBIDDEN & set(chain.from_iterable(act.keys for act in ACTS))


@pytest.mark.parametrize("name", sorted(DESTRUCTIVE))
def test_nothing_destructive_lies_on_or_beside_a_movement_key(name: str) -> None:
    lower = {key for key in BY_NAME[name].keys if len(key) == 1 and key.islower()}
    beside = set("".join(NEIGHBOURS.values())) | MOVEMENT
    assert not lower & beside


def test_every_act_is_bound_through_the_one_dispatcher() -> None:
    assert {binding.action for binding in bindings(ACTS)} == {f"act('{act.name}')" for act in ACTS}


@pytest.mark.parametrize("act", [act for act in ACTS if act.writes], ids=lambda act: act.name)
def test_a_viewer_is_told_why_it_may_not_write(act: Act) -> None:
    where = Where(Snapshot(1), Access.READ_ONLY, "the disk is read-only")
    assert "the disk is read-only" in act.disabled_reason(where)


def test_the_strip_shows_the_keys_of_the_contract() -> None:
    view = a_view("worker-1")
    where = Where(a_snapshot(a_root(), view), Access.WRITABLE, "", view, Verdict(Health.FRESH, "updated 1m ago"))
    hints = {(key, word) for key, word, _ in strip_hints(where, ACTS)[1]}
    assert {("b", "plan"), ("B", "beat"), ("n", "spawn"), ("x", "stop"), ("/", "filter"), ("?", "help")} <= hints


def test_the_readme_lists_every_key() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    missing = [act.shown for act in ACTS for key in act.shown.split() if f"`{key}`" not in readme]
    assert not missing


def test_keys_of_the_operator_are_shown_and_bound_wherever_the_table_is() -> None:
    acts = with_keys({"stop": ("ctrl+k", "question_mark"), "help": ("f1",), "beat": ()})
    key_of = KeyNames(acts)
    assert [key_of(name) for name in ("stop", "beat", "quit")] == ["ctrl-k", ":beat", "q"]
    assert KeyNames(with_keys({"beat": (), "palette": ("ctrl+p",)}))("beat") == "ctrl-p beat"
    assert KeyNames(with_keys({"beat": (), "palette": ()}))("beat") == "beat"
    hints = strip_hints(Where(Snapshot(1), Access.WRITABLE, ""), acts)[1]
    assert ("f1", "help", "help") in hints
    assert "beat" not in {name for _, _, name in hints}
    bound = {key: binding.action for binding in bindings(acts) for key in binding.key.split(",")}
    assert bound["question_mark"] == "act('stop')"
    assert "x" not in bound
    assert "B" not in bound
    assert bound["j"] == "act('down')"


def test_the_table_shows_its_keys_as_the_operators_would_be_shown() -> None:
    for act in ACTS:
        assert set(act.shown.split()) <= {written(key) for key in act.keys}, act.name
