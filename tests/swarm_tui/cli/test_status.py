"""What status prints, from canned swarms: the tree, the one line, and every key of the JSON document."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from swarm.formatting import spell_clock
from swarm.model.activity import ActivityState, Kind, Note, OpenTool, SubAgent, TurnEnd
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.heart import Heart, HeartState
from swarm.model.record import Alert, Holder, Phase
from swarm.model.service import Trouble, Waiting
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.heart import heart
from swarm.rules.verdicts import verdicts
from swarm_tui.cli.commands.common import iso
from swarm_tui.cli.output import to_json
from swarm_tui.cli.status_json import document
from swarm_tui.cli.status_text import counts, line, tree
from tests.support.hostile import HOSTILE, forbidden
from tests.support.swarms import (
    NOW,
    PERIOD,
    POLICY,
    a_progress,
    a_record,
    a_root,
    a_snapshot,
    a_view,
    an_identity,
    big_example,
    every_state,
    many,
    results,
)
from widgets.cells import width_of
from widgets.charset import ASCII, UNICODE
from widgets.status_line import status_of

DOCUMENT_KEYS = {"needs_you", "home", "generation", "at", "heartbeat", "slots", "spent", "alerts", "agents"}
AGENT_KEYS = {
    *("id", "name", "role", "parent", "depth", "state", "why", "next_state", "next_in_s", "age_s", "last_update"),
    *("usefulness", "word"),
    *("sentence", "outputs", "outputs_claimed", "slots", "foreign", "spawn_id", "program", "model", "pid"),
    *("cpu_percent", "rss_bytes", "tokens", "cost_usd", "unread_s", "unread_beats", "problems"),
    *("description", "subtree", "doing", "ghost", "waiting", "worktree", "disputes", "review", "stray"),
}


def lines(snapshot: Snapshot, width: int | None = None, charset: object = UNICODE) -> list[str]:
    judged = verdicts(snapshot, POLICY, NOW)
    chosen = ASCII if charset is ASCII else UNICODE
    shown = tree(snapshot, judged, NOW, heart(snapshot, POLICY, NOW), chosen, width)
    return ["".join(cell.text for cell in cells).rstrip() for cells in shown]


def said(snapshot: Snapshot) -> dict[str, object]:
    judged = verdicts(snapshot, POLICY, NOW)
    value = json.loads(to_json(document(snapshot, judged, NOW, POLICY)))
    assert isinstance(value, dict)
    return value


def agents_of(snapshot: Snapshot) -> dict[str, dict[str, object]]:
    rows = said(snapshot)["agents"]
    assert isinstance(rows, list)
    return {row["name"]: row for row in rows}


def in_one_line(snapshot: Snapshot) -> str:
    return line(snapshot, verdicts(snapshot, POLICY, NOW), NOW, heart(snapshot, POLICY, NOW), UNICODE)


def test_the_document_has_the_keys_of_the_contract_and_no_others() -> None:
    value = said(big_example())
    assert set(value) == DOCUMENT_KEYS
    beat = value["heartbeat"]
    outcomes = {"outcomes", "outcomes_passed_percent"}
    stands = {"n", "last_at", "next_at", "running", "passed", "state", "by", "stopped_s", "why", "start"}
    assert set(beat) == stands | outcomes  # type: ignore[call-overload]  # a dict, by JSON
    assert set(value["slots"]) == {"max", "reserve", "committed", "used", "free", "kept", "by_role"}  # type: ignore[call-overload]  # a dict, by JSON
    for row in agents_of(big_example()).values():
        assert set(row) == AGENT_KEYS
        assert set(row["slots"]) == {"budget", "used"}  # type: ignore[call-overload]  # a dict, by JSON


def test_what_its_program_tells_is_said_key_by_key_and_the_readme_names_each() -> None:
    told = ActivityState(
        session="s-1",
        model="m-1",
        runs=1,
        turns=3,
        last_text="I look at the shops.",
        turn_end=TurnEnd(ok=False, why="API Error: 529 overloaded"),
        open_tools=(OpenTool("k", "Bash", "make test", NOW.wall - 60),),
        subagents=(SubAgent("a", "reads"), SubAgent("b", "counts")),
        background=2,
        notes=(Note(Kind.NOTE, "the server `db` failed"),),
        retrying="529 overloaded",
        retries=4,
        context=50_000,
        context_limit=200_000,
        denials=1,
        last_at=NOW.wall,
    )
    row = agents_of(a_snapshot(a_view("worker-1", activity=told)))["worker-1"]
    doing = row["doing"]
    assert doing == {
        "session": "s-1",
        "model": "m-1",
        "in_turn": False,
        "turns": 3,
        "tools": [{"tool": "Bash", "text": "make test", "since": iso(NOW.wall - 60)}],
        "text": "I look at the shops.",
        "last_turn": {"ok": False, "why": "API Error: 529 overloaded"},
        "subagents": 2,
        "background": 2,
        "notes": [{"kind": "note", "text": "the server `db` failed"}],
        "retrying": "529 overloaded",
        "retries": 4,
        "context_tokens": 50_000,
        "context_limit": 200_000,
        "context_percent": 25.0,
        "denials": 1,
        "last_at": iso(NOW.wall),
    }
    assert row["state"] == "retrying"
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert isinstance(doing, dict)
    assert [key for key in (*doing, "trouble", "since", "tries", "next_try") if f"`{key}`" not in readme] == []


def test_a_turn_that_is_under_way_has_no_last_one_and_a_program_that_tells_nothing_is_null() -> None:
    under_way = ActivityState(session="s-1", in_turn=True)
    rows = agents_of(a_snapshot(a_view("worker-1", activity=under_way), a_view("worker-2")))
    assert rows["worker-1"]["doing"]["last_turn"] is None  # type: ignore[index]  # a dict, by JSON
    assert rows["worker-2"]["doing"] is None


def test_who_waits_for_its_service_says_why_since_when_and_until_when() -> None:
    waiting = Waiting(
        Trouble.LIMIT,
        "You've hit your session limit",
        since=NOW.awake - 60,
        since_at=NOW.wall - 60,
        began=NOW.awake - 60,
        tries=2,
        next_try=NOW.awake + 600,
        next_at=NOW.wall + 600,
    )
    view = a_view("worker-1", record=a_record("worker-1", phase=Phase.WAITING, waiting=waiting))
    row = agents_of(a_snapshot(view))["worker-1"]
    assert row["state"] == "waiting"
    assert row["waiting"] == {
        "trouble": "limit",
        "why": "You've hit your session limit",
        "since": iso(NOW.wall - 60),
        "tries": 2,
        "next_try": iso(NOW.wall + 600),
    }
    assert "the next try is at" in str(row["why"])
    narrow = next(each for each in lines(a_snapshot(view), 100) if "worker-1" in each)
    assert "waiting" in narrow
    assert "You've hit your session limit; t" in narrow
    assert "You've hit your session limit" in next(each for each in lines(a_snapshot(view)) if "worker-1" in each)
    given_up = replace(waiting, next_try=None, next_at=None)
    view = a_view("worker-1", record=a_record("worker-1", phase=Phase.WAITING, waiting=given_up))
    row = agents_of(a_snapshot(view))["worker-1"]
    assert row["waiting"]["next_try"] is None  # type: ignore[index]  # a dict, by JSON
    assert "resume, respawn or kill it" in str(row["why"])


def test_parents_come_before_their_children() -> None:
    rows = said(big_example())["agents"]
    assert isinstance(rows, list)
    seen: set[str] = set()
    for row in rows:
        assert row["parent"] is None or row["parent"] in seen
        seen.add(row["id"])


def test_every_state_is_said_as_its_word() -> None:
    views = every_state()
    for state, view in views.items():
        row = agents_of(a_snapshot(view))[view.name]
        assert row["state"] == state.value
        assert row["why"]


def test_times_are_iso_8601_with_an_offset() -> None:
    snapshot = replace(
        big_example(), owner=Holder("run", an_identity(), NOW.wall, next_at=NOW.wall + 60, period_s=PERIOD)
    )
    value = said(snapshot)
    beat = value["heartbeat"]
    assert isinstance(beat, dict)
    stamps = [value["at"], beat["last_at"], beat["next_at"]]
    stamps += [row["last_update"] for row in agents_of(snapshot).values() if row["last_update"] is not None]
    for stamp in stamps:
        assert datetime.fromisoformat(str(stamp)).utcoffset() is not None


def test_without_anybody_who_beats_no_next_heartbeat_is_promised() -> None:
    beat = said(replace(big_example(), owner=None))["heartbeat"]
    assert isinstance(beat, dict)
    assert beat["next_at"] is None


def test_the_engines_count_and_the_agents_own_stand_beside_each_other() -> None:
    row = agents_of(big_example())["scout-01"]
    assert (row["outputs"], row["outputs_claimed"]) == (None, 5)


def test_unread_results_age_until_they_are_read() -> None:
    row = agents_of(big_example())["worker-9"]
    assert isinstance(row["unread_s"], float)
    assert row["unread_s"] > 0


def test_a_time_that_no_calendar_holds_is_null() -> None:
    view = replace(a_view("worker-1"), changed_at=1e18)
    assert agents_of(a_snapshot(a_root(), view))["worker-1"]["last_update"] is None


@pytest.mark.parametrize("name", HOSTILE)
def test_json_is_ascii_whatever_an_agent_says(name: str) -> None:
    view = a_view("worker-1", progress=a_progress(HOSTILE[name]))
    judged = verdicts(a_snapshot(a_root(), view), POLICY, NOW)
    text = to_json(document(a_snapshot(a_root(), view), judged, NOW, POLICY), indent=2)
    assert text.isascii()
    assert all(part.isprintable() for part in text.split("\n"))
    assert json.loads(text)["agents"]


def test_the_tree_has_a_line_for_every_agent_below_its_parent() -> None:
    shown = lines(big_example())
    names = [text.split()[text.count("│") + (1 if "├" in text or "└" in text else 0) + 1] for text in shown[3:23]]
    assert names[0] == "genesis-01"
    assert names.index("idea-alpha") < names.index("worker-0") < names.index("idea-beta")


def test_states_are_words_and_glyphs_so_that_no_colour_is_needed() -> None:
    text = "\n".join(lines(big_example()))
    for glyph, word in (("▲", "investigate"), ("✖", "overdue"), ("↻", "looping"), ("†", "killed"), ("‖", "paused")):
        assert any(glyph in row and word in row for row in text.split("\n"))


@pytest.mark.parametrize("width", [20, 45, 75, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(width_of(text) for text in lines(big_example(), width)) <= width


def test_where_a_terminal_cannot_show_unicode_the_tree_is_ascii() -> None:
    assert all(text.isascii() for text in lines(big_example(), 80, ASCII))


def test_open_alerts_are_listed_and_acknowledged_ones_are_not() -> None:
    text = "\n".join(lines(big_example()))
    assert "alerts  2 open" in text
    assert "results-unread" not in text


def test_an_empty_swarm_says_so() -> None:
    assert lines(replace(a_snapshot(), agents=()))[-1] == "no agents"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_an_agent_makes_a_line_of_its_own(name: str) -> None:
    quiet = a_snapshot(a_root(), a_view("worker-1", progress=a_progress("fine")))
    loud = a_snapshot(
        a_root(),
        a_view("worker-1", progress=a_progress(HOSTILE[name]), results=results(summary=HOSTILE[name])),
        alerts=(Alert("worker-1", AlertCause.INJECTION, HOSTILE[name]),),
    )
    assert len(lines(loud)) <= len(lines(quiet)) + 2  # the head of the alerts, and the alert


def test_the_line_says_what_needs_a_person_first() -> None:
    assert in_one_line(big_example()).startswith("✖9 need you ●12 12/12 ")


def test_the_line_counts_as_the_control_room_does() -> None:
    snapshot = big_example()
    judged = verdicts(snapshot, POLICY, NOW)
    shown = status_of(snapshot, judged, NOW, heart=heart(snapshot, POLICY, NOW))
    assert counts(snapshot, judged).running == shown.running
    assert counts(snapshot, judged).attention.count == shown.needs


def test_the_line_says_when_the_next_heartbeat_comes() -> None:
    owned = replace(big_example(), owner=Holder("run", an_identity(), NOW.wall, next_at=NOW.wall + 60))
    assert in_one_line(owned).endswith(f" next at {spell_clock(NOW.wall + 60, NOW.wall + 60)}")


def test_the_line_of_a_calm_swarm_is_short() -> None:
    snapshot = a_snapshot(a_root(), a_view("worker-1", age=60.0))
    assert in_one_line(snapshot) == "●1 1/12 ♥131"


def test_the_line_stays_under_40_columns_whatever_happens() -> None:
    snapshot = many(10_000)
    crowd = replace(
        snapshot,
        heartbeat_n=10**9,
        slots=replace(snapshot.slots, max=1000, committed=10**6),
        alerts=tuple(Alert(f"a{n}", AlertCause.LOST, "x") for n in range(500)),
    )
    judged = verdicts(crowd, POLICY, NOW)
    worst = {key: replace(verdict, state=Health.OVERDUE) for key, verdict in judged.items()}
    for charset in (UNICODE, ASCII):
        text = line(crowd, worst, NOW, Heart(HeartState.STOPPED, stopped_s=1e9), charset)
        assert 0 < width_of(text) < 40


def test_nothing_of_the_tree_steers_a_terminal() -> None:
    for text in lines(big_example(), 120):
        assert forbidden(text) == []
