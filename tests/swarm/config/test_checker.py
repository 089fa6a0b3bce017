"""pydantic models made of declared values check what the value says, and nothing is said twice."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct, convert
from pydantic import ValidationError, model_validator

from swarm.config.checker import model_of
from swarm.formatting import parse_duration


class Part(Struct, frozen=True, kw_only=True):
    """A value inside another one."""

    wait: Annotated[float, parse_duration, Meta(gt=0)] = 60.0
    kind: Literal["", "plain"] = ""
    words: Annotated[tuple[str, ...], Meta(min_length=1)]


class Whole(Struct, frozen=True):
    """A value with every form of field that settings have."""

    count: Annotated[int, Meta(ge=1, le=9)]
    limit: Annotated[float, Meta(gt=0)] | None = None
    part: Part | None = None
    parts: dict[str, Part] = {}
    on: bool = False


def checked(given: dict[str, Any], *, strict: bool = False) -> dict[str, Any]:
    return model_of(Whole, {}, strict=strict).model_validate(given).model_dump(exclude_unset=True)


def test_what_is_written_becomes_the_value_and_the_rest_are_its_defaults() -> None:
    given = {"count": "3", "parts": {"a": {"wait": "2m", "words": ["x"]}}}
    assert convert(checked(given), Whole) == Whole(3, parts={"a": Part(wait=120.0, words=("x",))})


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, ("count",)),
        ({"count": 0}, ("count",)),
        ({"count": 10}, ("count",)),
        ({"count": 1, "colour": "red"}, ("colour",)),
        ({"count": 1, "limit": 0}, ("limit",)),
        ({"count": 1, "part": {"words": []}}, ("part", "words")),
        ({"count": 1, "part": {"words": ["a"], "wait": "0s"}}, ("part", "wait")),
        ({"count": 1, "part": {"words": ["a"], "wait": "soon"}}, ("part", "wait")),
        ({"count": 1, "parts": {"a": {"words": ["a"], "kind": "odd"}}}, ("parts", "a", "kind")),
    ],
)
def test_what_is_wrong_is_named_by_its_place(given: dict[str, Any], where: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        checked(given)
    assert [error["loc"] for error in caught.value.errors()] == [where]


def test_where_it_is_strict_a_text_is_no_number() -> None:
    with pytest.raises(ValidationError):
        checked({"count": "3"}, strict=True)


def test_rules_between_fields_hold_inside_other_values_too() -> None:
    def refuse(_part: Any) -> Any:
        raise ValueError("never")

    model = model_of(Whole, {Part: {"rule": model_validator(mode="after")(refuse)}})
    with pytest.raises(ValidationError, match="never"):
        model.model_validate({"count": 1, "part": {"words": ["a"]}})
