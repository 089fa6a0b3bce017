"""swarm.toml: what it may say, and how it is told when it is wrong."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.checked import MAX_POLICY_BYTES, load_policy, parse_policy
from swarm.config.policy import Policy
from swarm.errors import PolicyError


def wrong(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    return caught.value


def test_an_empty_file_is_the_field_reports_policy() -> None:
    policy = parse_policy("")
    assert policy == Policy()
    assert (policy.slots.max, policy.slots.reserve, policy.heartbeat.period) == (12, 2, 900.0)
    assert (policy.heartbeat.investigate_after, policy.heartbeat.kill_after) == (2, 3)
    slots = {role: policy.slots.for_role(role) for role in policy.slots.roles}
    assert slots == {"scout": 2, "improvement": 1, "idea-meta": 4, "worker": 1, "diagnostic": 1}
    assert policy.schedule == {"improvement": 3}


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1h30m", 5400), ("250ms", 0.25), ("45", 45)]
)
def test_a_period_is_written_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_policy(f'[heartbeat]\nperiod = "{text}"').heartbeat.period == seconds


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[slots]\nmaxx = 3", "swarm.toml:2: slots.maxx", "there is no such setting"),
        ('\n[heartbeat]\n\nperiod = "soon"', "swarm.toml:4: heartbeat.period", "'soon' is not a duration"),
        ("[slots]\nmax = 3\nreserve = 4", "swarm.toml:1: slots", "reserve must be less than max"),
        ("[heartbeat]\nkill_after = 1", "swarm.toml:1: heartbeat", "a kill follows an investigation"),
        ("[slots]\nmax = 0", "swarm.toml:2: slots.max", "greater than or equal to 1"),
        ("[schedule]\nimprovement = 0", "swarm.toml", "schedule"),
        ("[slots.roles]\nworker = 0", "swarm.toml:2: slots.roles.worker", "greater than or equal to 1"),
        ("[slots.roles]\nscout = 'two'", "swarm.toml:2: slots.roles.scout", "write a number of slots, or a table"),
        ("[slots.roles.scout]\nmost = 4", "swarm.toml:2: slots.roles.scout.most", "there is no such setting"),
        ("[slots.roles.scout]\nmax = 4\nguaranteed = 5", "swarm.toml:1: slots.roles.scout", "not be more than max"),
        ("[slots.roles.scout]\nmax = 1", "swarm.toml:1: slots.roles.scout", "commits 2 slots"),
        (
            "[slots.roles.scout]\nguaranteed = 6\n[slots.roles.worker]\nguaranteed = 5",
            "swarm.toml:1: slots",
            "guaranteed (scout 6, worker 5) and reserve (2) make 13, and max is 12",
        ),
    ],
)
def test_an_error_names_file_line_and_key_and_says_what_is_wrong(text: str, where: str, what: str) -> None:
    error = wrong(text)
    assert error.title.startswith(where)
    assert what in error.title
    assert error.hint


def test_text_that_is_not_toml_is_told_with_its_line() -> None:
    assert "line 2" in wrong("[slots]\nmax = = 3").detail


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_a_policy_error(text: str) -> None:
    try:
        policy = parse_policy(text)
    except PolicyError:
        return
    assert policy.slots.reserve < policy.slots.max


def test_a_file_that_is_not_there_or_is_no_file_or_is_endless_is_told_and_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "swarm.toml"
    with pytest.raises(PolicyError, match="is gone"):
        load_policy(path)
    os.mkfifo(path)
    with pytest.raises(PolicyError, match="is not a file"):
        load_policy(path)
    path.unlink()
    path.write_bytes(b"#" * (MAX_POLICY_BYTES + 1))
    with pytest.raises(PolicyError, match="larger than"):
        load_policy(path)


def test_a_policy_cannot_be_changed_after_it_was_read() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Policy().slots.max = 99  # type: ignore[misc]  # that it is refused is what is tested
