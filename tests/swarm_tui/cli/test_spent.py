"""What programs do and use up, as status prints it: in the document, in the tree, in the one line."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from swarm.model.activity import ActivityState, OpenTool, SubAgent, Tokens
from swarm.model.beat import Beat
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.heart import heart
from swarm.rules.verdicts import verdicts
from swarm_tui.cli.output import to_json
from swarm_tui.cli.status_json import document
from swarm_tui.cli.status_text import line, money, tree
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import HOUR, NOW, POLICY, a_root, a_snapshot, a_view
from widgets.charset import UNICODE

TOLD = ActivityState(
    session="5e55",
    model="claude-opus-4-8",
    in_turn=True,
    turns=3,
    open_tools=(OpenTool("t1", "Bash", "make test", NOW.wall - 240),),
    retrying="529 overloaded",
    retries=4,
    context=50_000,
    context_limit=200_000,
    denials=2,
    last_at=NOW.wall - 5,
)


def said(snapshot: Snapshot) -> dict[str, Any]:
    judged = verdicts(snapshot, POLICY, NOW)
    value = json.loads(to_json(document(snapshot, judged, NOW, POLICY)))
    assert isinstance(value, dict)
    return value


def rows(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in said(snapshot)["agents"]}


def a_spender(name: str, tokens: int, cost: float | None, **fields: Any) -> Any:
    return a_view(name, tokens=Tokens(tokens), cost_usd=cost, activity=TOLD, **fields)


def spending_swarm(*, unpriced: bool = False, hour: float | None = 3.1) -> Snapshot:
    """Two agents, one below the other, and a heartbeat of an hour ago."""
    parts = (a_spender("idea-alpha", 1000, 1.5), a_spender("idea-alpha/worker-1", 200, None if unpriced else 0.25))
    before = datetime.fromtimestamp(NOW.wall - HOUR, UTC).isoformat(timespec="seconds")
    beats = () if hour is None else (Beat(1, before, "test", 1, {}, {}, tokens=0, cost_usd=10.0 - hour),)
    return a_snapshot(a_root(), *parts, beats=beats, tokens=5000, cost_usd=10.0)


def test_the_document_says_what_everybody_has_used_up_and_with_whom_below() -> None:
    found = rows(spending_swarm())
    assert (found["idea-alpha"]["tokens"], found["idea-alpha"]["cost_usd"]) == (1000, 1.5)
    assert found["idea-alpha"]["subtree"] == {"tokens": 1200, "cost_usd": 1.75, "unpriced": 0}
    assert found["genesis-01"]["tokens"] is None
    assert found["genesis-01"]["subtree"] == {"tokens": 1200, "cost_usd": 1.75, "unpriced": 0}


def test_a_price_that_nobody_knows_is_null_and_counted_as_missing() -> None:
    found = rows(spending_swarm(unpriced=True))
    assert found["worker-1"]["cost_usd"] is None
    assert found["worker-1"]["subtree"] == {"tokens": 200, "cost_usd": None, "unpriced": 1}
    assert found["idea-alpha"]["subtree"] == {"tokens": 1200, "cost_usd": 1.5, "unpriced": 1}


def test_the_document_says_what_the_swarm_has_used_up_in_all() -> None:
    total = said(spending_swarm())["spent"]
    assert (total["tokens"], total["cost_usd"], total["unpriced"]) == (5000, 10.0, 0)
    assert total["cost_usd_per_hour"] == pytest.approx(3.1)


def test_where_no_price_is_known_at_all_the_sum_is_null() -> None:
    snapshot = replace(a_snapshot(a_root(), a_spender("worker-1", 200, None)), tokens=200)
    total = said(snapshot)["spent"]
    assert (total["tokens"], total["cost_usd"], total["cost_usd_24h"]) == (200, None, None)
    assert (total["cost_usd_per_hour"], total["unpriced"]) == (None, 1)


def test_the_document_says_what_a_program_does() -> None:
    doing = rows(spending_swarm())["idea-alpha"]["doing"]
    assert (doing["session"], doing["model"], doing["in_turn"], doing["turns"]) == ("5e55", "claude-opus-4-8", True, 3)
    assert [(tool["tool"], tool["text"]) for tool in doing["tools"]] == [("Bash", "make test")]
    assert datetime.fromisoformat(doing["tools"][0]["since"]).timestamp() == pytest.approx(NOW.wall - 240, abs=1)
    assert (doing["retrying"], doing["retries"], doing["denials"]) == ("529 overloaded", 4, 2)
    assert (doing["context_tokens"], doing["context_limit"], doing["context_percent"]) == (50_000, 200_000, 25.0)


def test_a_context_whose_size_is_unknown_has_no_percentage() -> None:
    view = a_view("worker-1", activity=replace(TOLD, context_limit=None))
    assert rows(a_snapshot(a_root(), view))["worker-1"]["doing"]["context_percent"] is None


def test_who_tells_nothing_has_no_doing() -> None:
    row = rows(a_snapshot(a_root(), a_view("worker-1")))["worker-1"]
    assert (row["doing"], row["tokens"], row["cost_usd"]) == (None, None, None)
    assert row["subtree"] == {"tokens": None, "cost_usd": None, "unpriced": 0}


def test_a_sub_agent_of_a_program_is_a_ghost_with_what_it_is_for() -> None:
    inner = replace(
        a_view("worker-1/~a1", record=None),
        ghost=True,
        name="look around",
        description="look around",
        inner=SubAgent("a1", "look around", since=NOW.wall - 60),
    )
    row = rows(a_snapshot(a_root(), a_view("worker-1"), inner))["look around"]
    assert (row["ghost"], row["foreign"], row["description"]) == (True, True, "look around")
    assert (row["id"], row["parent"]) == ("genesis-01/worker-1/~a1", "genesis-01/worker-1")
    assert "sub-agent" in row["why"]
    assert row["state"] == "fresh"


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        (spending_swarm(), "$3.10/h"),
        (spending_swarm(unpriced=True), "$3.10+?/h"),
        (spending_swarm(hour=None), ""),
        (replace(a_snapshot(a_root(), a_spender("w", 5, None)), tokens=5), "$?/h"),
        (a_snapshot(a_root(), a_view("worker-1")), ""),
    ],
    ids=["known", "partly", "no hour yet", "unknown", "nothing"],
)
def test_the_line_says_what_an_hour_costs_as_far_as_that_is_known(snapshot: Snapshot, words: str) -> None:
    assert money(snapshot, NOW) == words
    shown = line(snapshot, verdicts(snapshot, POLICY, NOW), NOW, heart(snapshot, POLICY, NOW), UNICODE)
    assert shown.endswith(words)
    assert ("$" in shown) == bool(words)


def test_the_tree_says_the_sum_on_top() -> None:
    def head(snapshot: Snapshot) -> str:
        cells = list(tree(snapshot, verdicts(snapshot, POLICY, NOW), NOW, heart(snapshot, POLICY, NOW), UNICODE, None))[
            1
        ]
        return "".join(cell.text for cell in cells).rstrip()

    assert head(spending_swarm()).endswith("5,000 tokens  $10.00  $3.10/h")
    assert "$10.00 and 1 agent at no known price" in head(spending_swarm(unpriced=True))
    assert "tokens" not in head(a_snapshot(a_root(), a_view("worker-1")))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_a_program_says_steers_a_terminal(name: str) -> None:
    text = HOSTILE[name]
    inner = replace(a_view("worker-1/~a1", record=None), ghost=True, description=text, inner=SubAgent("a1", text))
    view = a_view("worker-1", activity=replace(TOLD, retrying=text, open_tools=(OpenTool("t", text, text, 0.0),)))
    snapshot = a_snapshot(a_root(), view, inner)
    assert to_json(document(snapshot, verdicts(snapshot, POLICY, NOW), NOW, POLICY)).isascii()
    for cells in tree(snapshot, verdicts(snapshot, POLICY, NOW), NOW, heart(snapshot, POLICY, NOW), UNICODE, 100):
        assert forbidden("".join(cell.text for cell in cells)) == []
