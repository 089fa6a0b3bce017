"""Every sign and every number on the screen is explained: the tables of signs and canned screens are gone over."""

import re

import pytest

from swarm.model.activity import Activity, Kind
from swarm.model.causes import AlertCause, Severity
from swarm.model.health import Health
from swarm.model.record import Alert
from swarm.model.results_inbox import ResultsEntry
from swarm.model.values import replace
from swarm.programs.transcript import transcribe
from swarm.rules.costs import spent
from swarm.rules.heart import heart
from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, big_example, some_beats, with_programs
from widgets.agent_row import RowState, row
from widgets.alerts import alert_cells
from widgets.cells import Cell, Cells
from widgets.charset import ASCII, UNICODE, Charset
from widgets.event_feed import EventRow, event_cells
from widgets.heartbeat_strip import strip_cells
from widgets.legend import STATES, legend
from widgets.results_entry import entry_page
from widgets.results_row import entry_cells
from widgets.slot_board import board_cells
from widgets.status_line import status_cells, status_of
from widgets.transcript_lines import line_paragraphs
from widgets.tree_columns import Column, columns_for

NO_SIGNS = {"unicode", "states", "gap", "blocks", "spark"}
"""Fields of a charset that are no sign: a flag, blanks, and those that are gone over by themselves."""


def signs_of(charset: Charset) -> list[str]:
    return [entry.sign for section in legend(charset) for entry in section.entries]


def explained(charset: Charset) -> set[str]:
    """Everything that stands between two spaces in the signs of the legend."""
    return {part for sign in signs_of(charset) for part in sign.split()}


def as_pattern(example: str) -> str:
    """What an example stands for: the same with other numbers."""
    return re.sub(r"\d+", r"\\d+", re.escape(example)).replace(r"\,", ",").replace(",", ",?")


def unexplained(text: str, charset: Charset) -> list[str]:
    """The words with a number, and the signs, in a line that the legend has no example of."""
    examples = {part for sign in signs_of(charset) for part in re.split(r"\s{2,}", sign) if part.strip()}
    examples |= {word for part in examples for word in part.split() if not any(map(str.isalnum, word))}  # a sign alone
    for pattern in sorted(map(as_pattern, examples), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){pattern}(?![\w:])", " ", text)
    return [word for word in text.split() if any(sign.isdigit() or not sign.isascii() for sign in word)]


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_sign_and_number_of_a_canned_screen_is_explained(charset: Charset) -> None:
    """Status, slots, strip, and of rows all but names and sentences, which are not ours."""
    snapshot = with_programs(big_example())
    judged = verdicts(snapshot, POLICY, NOW)
    rich = status_of(snapshot, judged, NOW, heart=heart(snapshot, POLICY, NOW), used_up=spent(snapshot, NOW))
    lines = []
    for data in (
        rich,
        replace(rich, needs=0, severity=None, next_in=432.0, unpriced=0, cost_per_hour=3.1),
        replace(rich, next_in=4000.0, unpriced=2, cost_per_hour=0.0, snapshot_age=42.0),
        replace(rich, stopped=2040.0, cost_per_hour=None, cost_usd=0.42),
    ):
        lines += [status_cells(data, width, charset) for width in (160, 80, 60)]
    boards = (
        snapshot.slots,
        replace(snapshot.slots, max=11),
        replace(snapshot.slots, max=40, reserve=2, kept={"a": 1}),
    )
    lines += [board_cells(slots, width, charset)[0] for slots in boards for width in (160, 60)]
    hints = (("x", "stop", "stop"), ("4", "results", "tab_results"))
    lines += [
        strip_cells(beats, hints, 160, charset, lead="3 marked:")[0] for beats in (some_beats(), some_beats()[:1], ())
    ]
    own = {view.name for view in snapshot.agents} | {"my-swarm", "scout-01", "4 results"}
    told = ["".join(cell.text for cell in line) for line in lines]
    for width in (160, 100, 75):
        columns = columns_for(width, 30, wanted=[column for column in Column if column is not Column.SAYS])
        for place, view in enumerate(snapshot.agents):
            state = RowState(
                marked=place == 1, folded=3 * (place % 2), folded_needs=place % 3, folded_worst=Severity.WARNING
            )
            told.append("".join(cell.text for cell in row(view, judged[view.id], NOW, columns, state, charset)))
    for text in told:
        for name in sorted(own, key=len, reverse=True):
            text = text.replace(name, " ")
        text = re.sub(r"([^\w\s])\1+", r"\1", re.sub(r"\S*[…~](?=\s)", " ", text))  # cut words; runs of a sign
        if charset.unicode:
            text = re.sub(f"[{charset.spark}{charset.blocks[1:]}{charset.bar_left}]", "", text)
        assert unexplained(text, charset) == [], text


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_sign_of_the_table_is_in_the_legend(charset: Charset) -> None:
    drawn = {getattr(charset, field).strip() for field in Charset._fields if field not in NO_SIGNS}
    drawn |= {charset.states[state] for state in Health} | {charset.spark[0], charset.spark[-1]}
    text = " ".join(signs_of(charset))
    assert [sign for sign in drawn if sign not in text] == []


def test_every_state_has_its_mark_and_its_word() -> None:
    assert set(STATES) == set(Health)
    for charset in (UNICODE, ASCII):
        for state in Health:
            assert f"{charset.states[state]} {state.value}" in signs_of(charset)


def test_no_sign_is_explained_twice_in_one_place_and_each_has_words() -> None:
    for charset in (UNICODE, ASCII):
        for section in legend(charset):
            signs = [part for entry in section.entries for part in re.split(r"\s{2,}", entry.sign)]
            assert len(signs) == len(set(signs)), section.title
            assert all(entry.words for entry in section.entries)


def test_the_legend_is_ascii_where_the_screen_is() -> None:
    assert all(sign.isascii() for sign in signs_of(ASCII))


def entries_of(title: str, charset: Charset) -> set[str]:
    """The signs of one section that are no words and no numbers."""
    (section,) = (each for each in legend(charset) if each.title == title)
    return {part for entry in section.entries for part in entry.sign.split() if not any(map(str.isalnum, part))}


def test_every_sign_of_a_transcript_is_in_the_legend_and_no_other() -> None:
    """Signs stand before the text of a line, in its lead or at the beginning of its text."""
    said = "one\n" * 500
    drawn: set[str] = set()
    for kind in Kind:
        for error in (False, True):
            for text in ("word", said):
                line = transcribe(Activity(kind, text, tool="Bash", error=error, count=2, limit=10, at=NOW.wall))
                for each in line_paragraphs(line, UNICODE):
                    starts = ("".join(cell.text for cell in each.lead), each.text.strip())
                    drawn |= {start.split()[0] for start in starts if start.split()}
    signs = {sign for sign in drawn if not any(map(str.isalnum, sign))}
    assert signs == entries_of("Transcript", UNICODE)


def test_every_sign_of_alerts_results_and_events_is_in_the_legend_and_no_other() -> None:
    charset = UNICODE
    alert = Alert("genesis-01/worker", AlertCause.LOOPING, "said", "s", NOW.wall, NOW.wall)
    entry = ResultsEntry("genesis-01/worker", "s", "worker", Health.DONE, "said", NOW.wall, tagged="said")
    outcomes = (("one", True), ("two", False))
    lines: list[Cells] = [
        *(
            alert_cells(each, NOW, 120, charset, root="genesis-01")
            for each in (alert, replace(alert, acked_at=NOW.wall, acked_by="operator"), replace(alert, count=4))
        ),
        *(
            event_cells(EventRow(1, NOW.wall, "operator", "kill", "worker", ok=ok), 120, charset)
            for ok in (True, False)
        ),
        entry_cells(entry, NOW.wall, "genesis-01", 120, charset)[1:],  # the mark of its state stands among the states
        *((*each.lead,) for each in entry_page(replace(entry, outcomes=outcomes), "genesis-01", charset)[1:]),
        tuple(Cell(f" {sign}") for sign in (charset.ticked, charset.unticked, charset.fixed)),
    ]
    words = " ".join("".join(cell.text for cell in line) for line in lines).split()
    signs = {re.sub(r"\w+", "", word) for word in words if not any(map(str.isalnum, word)) or word[0] == charset.times}
    assert signs == entries_of("Alerts, results, events", charset) | {charset.times}
