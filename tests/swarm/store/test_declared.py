"""Declared values: bounds hold, what is wrong is named and its default stands in, what is new is kept."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import Struct

from swarm.model.bounds import (
    Count,
    Dollars,
    ExitCode,
    NonEmpty,
    Outcomes,
    Pid,
    Seconds,
    SlotCount,
    Strings,
    Text,
    Texts,
)
from swarm.store import declared
from swarm.store.declared import RefusedValue
from swarm.store.jsonio import DEPTH
from swarm.store.validators import Wrong


class Bounded(Struct, frozen=True):
    text: Text = ""
    word: NonEmpty = "-"
    texts: Texts = ()
    strings: Strings = ()
    count: Count = 0
    seconds: Seconds = 0.0
    dollars: Dollars = 0.0
    slots: SlotCount = 1
    pid: Pid = 2
    code: ExitCode = 0
    outcomes: Outcomes = ()


class Open(Struct, frozen=True):
    name: str
    inner: Bounded = Bounded()
    extra: Mapping[str, Any] = {}


def read(data: dict[str, object]) -> tuple[Open | None, list[RefusedValue]]:
    refused: list[RefusedValue] = []
    return declared.read(Open, data, "worker", refused), refused


@pytest.mark.parametrize(
    ("field", "within", "beyond"),
    [
        ("text", ["", "x" * 20_000], [5, None, ["x"]]),
        ("word", ["x"], [""]),
        ("texts", [[], ["x" * 20_000] * 1000], [["x"] * 1001, ["x" * 20_001], [1], "x", None]),
        ("strings", [["x" * 30_000]], [["x"] * 1001]),
        ("count", [0, 2**53], [-1, 2**53 + 1, 10**30, True, 1.0, "1"]),
        ("seconds", [-1e12, 1e12, 5], [1e12 + 1000, -1e300, True, "now", float("nan"), float("inf")]),
        ("dollars", [0, 0.5], [-0.5, 1e12, "1"]),
        ("slots", [1, 1000], [0, 1001, True]),
        ("pid", [2, 2**31 - 1], [-1, 0, 1, 2**31, "2", 2.0, True]),
        ("code", [-(2**32), 2**32], [2**33, 0.5]),
        ("outcomes", [[["x", True]]], [[["x"]], [["x", 1]], [[True, "x"]], [["x", True]] * 1001]),
    ],
)
def test_a_bound_lets_in_what_it_allows_and_names_what_it_does_not(
    field: str, within: list[object], beyond: list[object]
) -> None:
    for value in within:
        refused: list[RefusedValue] = []
        assert declared.read(Bounded, {field: value}, "", refused) is not None
        assert refused == []
    for value in beyond:
        refused = []
        assert declared.read(Bounded, {field: value}, "worker", refused) == Bounded()
        assert [(each.agent, each.text[: len(field)]) for each in refused] == [("worker", field)]


def test_a_text_that_is_too_long_is_cut() -> None:
    refused: list[RefusedValue] = []
    assert declared.read(Bounded, {"text": "x" * 20_001}, "", refused) == Bounded(text="x" * 20_000)
    assert refused == []


def test_a_wrong_field_is_named_with_its_path_and_the_rest_stays() -> None:
    value, refused = read({"name": "a", "inner": {"pid": 1}, "mood": "new"})
    assert value == Open("a", extra={"mood": "new"})
    assert refused == [RefusedValue("worker", "inner.pid is 1: expected int >= 2")]


@pytest.mark.parametrize("data", [{}, {"name": None}, {"name": 5, "inner": 5}])
def test_without_a_field_that_is_needed_there_is_no_value(data: dict[str, object]) -> None:
    value, refused = read(data)
    assert value is None
    assert refused[0].text.startswith("name is ")


def test_what_stands_in_for_a_needed_field_is_said_too() -> None:
    refused: list[RefusedValue] = []
    assert declared.read(Open, {"name": 5}, "", refused, {"name": "somebody"}) == Open("somebody")
    assert [each.text for each in refused] == ["name is 5: expected str, got int"]


def test_keys_of_a_newer_version_are_kept_where_there_is_room_for_them() -> None:
    assert read({"name": "a", "extra": 1, "mood": [1]}) == (Open("a", extra={"extra": 1, "mood": [1]}), [])
    assert declared.read(Bounded, {"mood": 1}, "", []) == Bounded()


def test_a_new_key_that_is_nested_too_deep_is_refused() -> None:
    deep: object = 1
    for _ in range(DEPTH + 1):
        deep = [deep]
    assert read({"name": "a", "deep": deep}) == (Open("a"), [RefusedValue("worker", "deep is nested too deep")])


def test_where_everything_has_to_be_right_the_first_wrong_field_is_the_reason() -> None:
    assert declared.one(Open, {"name": "a", "mood": 1}) == Open("a", extra={"mood": 1})
    with pytest.raises(Wrong, match=r"inner\.slots is 0"):
        declared.one(Open, {"name": "a", "inner": {"slots": 0}})
