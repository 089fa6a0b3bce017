"""The three model services' languages: a request as a script sees it, and an answer as the program expects it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.support import model_anthropic, model_gemini, model_responses
from tests.support.model_scripts import Say, Seen, Turn
from tests.support.model_words import Events

LANGUAGES: Mapping[str, ModuleType] = {
    "anthropic": model_anthropic,
    "responses": model_responses,
    "gemini": model_gemini,
}


@dataclass(frozen=True, slots=True)
class Api:
    """One language."""

    name: str

    def seen(self, scenario: str, path: str, body: Mapping[str, Any]) -> Seen:
        """The request behind a path and body."""
        return LANGUAGES[self.name].seen_of(scenario, path, body)  # type: ignore[no-any-return]

    def events(self, turn: Turn, seen: Seen) -> Events:
        """A streamed answer."""
        return LANGUAGES[self.name].events_of(turn, seen)  # type: ignore[no-any-return]

    def whole(self, turn: Turn, seen: Seen) -> dict[str, Any]:
        """An answer in one piece."""
        if self.name == "anthropic":
            return model_anthropic.message_of(turn, seen)
        if self.name == "gemini":
            return model_gemini.answer_of(list(turn.blocks), turn.usage, seen)
        return list(model_responses.events_of(turn, seen))[-1][1]["response"]  # type: ignore[no-any-return]

    def begun(self, text: str, seen: Seen) -> Events:
        """The events of an answer that says this much, up to where it would go on."""
        pairs = list(self.events(Turn((Say(text),)), seen))
        keep = {"anthropic": 3, "responses": 1, "gemini": 0}[self.name]
        return iter(pairs[:keep])

    def refusal(self, status: int) -> dict[str, Any]:
        """The body that goes with a status."""
        kinds = {
            400: "invalid_request_error",
            401: "authentication_error",
            404: "not_found_error",
            413: "request_too_large",
        }
        kind = {**kinds, 429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
        if self.name == "gemini":
            return {"error": {"code": status, "message": f"scripted {status}", "status": kind.upper()}}
        return {"type": "error", "error": {"type": kind, "code": kind, "message": f"scripted {status}"}}
