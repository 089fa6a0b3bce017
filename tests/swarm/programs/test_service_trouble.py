"""Which failed turns a program ascribes to its service: as each real program said it, and never by a model's words."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from swarm.config.policy import Policy
from swarm.model.activity import Activity, Kind, TurnEnd
from swarm.model.service import Trouble
from swarm.programs.fold import EMPTY, fold
from swarm.programs.registry import program_for
from tests.support.recordings import reader_named


def end_of(program: str, *events: Mapping[str, object]) -> TurnEnd:
    """How the turn ends that these lines tell of."""
    reader, state = reader_named(program), EMPTY
    for event in events:
        for activity in reader.feed(json.dumps(event).encode()):
            state = fold(state, activity, 1_000.0)
    assert state.turn_end is not None
    return state.turn_end


def claude(error: str, status: int | None = None, *before: Mapping[str, object], **more: object) -> TurnEnd:
    message = {"id": "m", "model": "<synthetic>", "content": [{"type": "text", "text": "API Error"}]}
    said = {"type": "assistant", "message": message, "parent_tool_use_id": None, "error": error}
    result = {"type": "result", "subtype": "success", "is_error": True, "api_error_status": status, **more}
    return end_of("claude", *before, said, {**result, "result": "API Error"})


def retry(status: int | None) -> dict[str, object]:
    return {"type": "system", "subtype": "api_retry", "attempt": 1, "error_status": status, "error": "unknown"}


@pytest.mark.parametrize(
    ("found", "trouble"),
    [
        (claude("server_error", 529), Trouble.OVERLOADED),
        (claude("server_error", None, retry(529)), Trouble.OVERLOADED),
        (claude("server_error", None, retry(None)), Trouble.UNREACHABLE),
        (claude("server_error", None, api_error="connection_failed"), Trouble.UNREACHABLE),
        (claude("rate_limit", 429), Trouble.LIMIT),
        (claude("authentication_failed", 401), Trouble.LOGIN),
        (claude("authentication_failed"), Trouble.LOGIN),
        (claude("billing_error", 400), Trouble.CREDIT),
        (claude("unknown", 402), Trouble.CREDIT),
        (claude("unknown", 400), None),
        (claude("model_not_found", 404), None),
    ],
)
def test_claude_code_says_which_trouble_it_is(found: TurnEnd, trouble: Trouble | None) -> None:
    assert (found.ok, found.trouble) == (False, trouble)


def limit(status: str, resets_at: object) -> dict[str, object]:
    return {"type": "rate_limit_event", "rate_limit_info": {"status": status, "resetsAt": resets_at}}


def test_claude_code_says_when_a_limit_ends() -> None:
    assert claude("rate_limit", 429, limit("rejected", 9_000)).until == 9_000.0
    assert claude("rate_limit", 429, limit("allowed_warning", 9_000)).until is None
    assert claude("server_error", 529, limit("rejected", 9_000)).until is None
    assert claude("rate_limit", 429, limit("rejected", "soon")).until is None


def test_a_model_that_speaks_of_errors_is_no_trouble_of_its_service() -> None:
    message = {"id": "m", "model": "claude-opus-4-8", "content": [{"type": "text", "text": "API Error: 529"}]}
    said = {"type": "assistant", "message": message, "parent_tool_use_id": None}
    failed = {"type": "result", "subtype": "error_during_execution", "is_error": True, "result": "API Error: 529"}
    assert end_of("claude", said, failed).trouble is None


def test_an_error_of_an_earlier_turn_is_not_that_of_a_later_one() -> None:
    message = {"id": "m", "model": "<synthetic>", "content": []}
    said = {"type": "assistant", "message": message, "parent_tool_use_id": None, "error": "server_error"}
    again = {"type": "system", "subtype": "init", "session_id": "s", "model": "m"}
    failed = {"type": "result", "subtype": "success", "is_error": True, "api_error_status": 400, "result": "no"}
    assert end_of("claude", said, again, failed).trouble is None


def codex(message: str, *before: str) -> TurnEnd:
    retries = [{"type": "error", "message": each} for each in before]
    return end_of("codex", {"type": "turn.started"}, *retries, {"type": "turn.failed", "error": {"message": message}})


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("unexpected status 503 Service Unavailable: gone, url: http://h/v1/responses", Trouble.OVERLOADED),
        ("unexpected status 401 Unauthorized: who are you", Trouble.LOGIN),
        ("unexpected status 400 Bad Request: no", None),
        ("exceeded retry limit, last status: 429 Too Many Requests", Trouble.LIMIT),
        ("You’ve hit your usage limit. Upgrade to Pro or try again at 11:42 PM.", Trouble.LIMIT),
        ("Quota exceeded. Check your plan and billing details.", Trouble.CREDIT),
        ("Connection failed: error sending request", Trouble.UNREACHABLE),
        ("the sandbox could not be set up", None),
    ],
)
def test_codex_says_it_in_its_sentences(message: str, trouble: Trouble | None) -> None:
    assert codex(message).trouble is trouble


def test_codex_that_waits_for_the_network_tries_again_and_has_not_failed() -> None:
    waits = "Reconnecting... waiting for network (Connection failed: error sending request)"
    (retrying,) = reader_named("codex").feed(json.dumps({"type": "error", "message": waits}).encode())
    assert retrying == Activity(Kind.RETRYING, text="Connection failed: error sending request", counts=False)
    assert codex("it gave up", waits).trouble is Trouble.UNREACHABLE


def test_codex_names_the_end_of_a_limit_as_a_time_of_this_machine() -> None:
    later = (datetime.now() + timedelta(hours=2)).replace(second=0, microsecond=0)  # noqa: DTZ005 as codex means it
    words = "You’ve hit your usage limit. Try again at {}."
    today = codex("You’ve hit your usage limit. Please try again at " + later.strftime("%I:%M %p") + ".").until
    assert today == later.timestamp()
    day = later.strftime("%b %d") + "th, " + later.strftime("%Y %I:%M %p")
    assert codex(words.replace("Try", "try").format(day)).until == later.timestamp()
    assert codex("You’ve hit your usage limit. Try later.").until is None


def opencode(**error: object) -> TurnEnd:
    return end_of("opencode", {"type": "error", "sessionID": "ses_1", "error": error})


def test_opencode_says_the_status_or_that_none_came() -> None:
    assert opencode(name="APIError", data={"statusCode": 529}).trouble is Trouble.OVERLOADED
    assert opencode(name="APIError", data={"statusCode": 401}).trouble is Trouble.LOGIN
    assert opencode(name="APIError", data={"statusCode": 400}).trouble is None
    assert opencode(name="APIError", data={"isRetryable": True}).trouble is Trouble.UNREACHABLE
    assert opencode(name="ProviderAuthError", data={}).trouble is Trouble.LOGIN
    assert opencode(name="UnknownError", data={"message": "529"}).trouble is None


def gemini(message: str) -> TurnEnd:
    return end_of("gemini", {"type": "result", "status": "error", "error": {"type": "unknown", "message": message}})


def test_gemini_quotes_the_answer() -> None:
    assert gemini('[API Error: {"error":{"code":503,"status":"UNAVAILABLE"}}]').trouble is Trouble.OVERLOADED
    assert gemini('[API Error: {"error":{"code":401,"message":"no"}}]').trouble is Trouble.LOGIN
    assert gemini('[API Error: {"error":{"code":400,"message":"no"}}]').trouble is None
    assert gemini("[API Error: exception TypeError: fetch failed sending request]").trouble is Trouble.UNREACHABLE
    assert gemini("You have exhausted your daily quota on this model.").trouble is Trouble.LIMIT


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (247, Trouble.OVERLOADED),  # 503
        (244, Trouble.OVERLOADED),  # 500
        (173, Trouble.LIMIT),  # 429
        (145, Trouble.LOGIN),  # 401
        (144, None),  # 400
        (1, None),
        (41, None),  # its own code for a login that is not set
        (130, None),
        (137, None),
    ],
)
def test_gemini_ends_with_what_an_exit_code_holds_of_the_status(code: int, trouble: Trouble | None) -> None:
    assert program_for("gemini", Policy()).trouble_of_exit(code) is trouble
    assert program_for("codex", Policy()).trouble_of_exit(code) is None
