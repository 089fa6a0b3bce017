"""Which failed turns Claude Code ascribes to its service, by the words and numbers of its stream."""

from collections.abc import Mapping
from typing import Any

from swarm.model.service import Trouble
from swarm.programs.http_status import trouble_of_status
from swarm.programs.stream_fields import child, moment, short, whole

_WORDS = {
    "rate_limit": Trouble.LIMIT,
    "authentication_failed": Trouble.LOGIN,
    "oauth_org_not_allowed": Trouble.LOGIN,
    "billing_error": Trouble.CREDIT,
    "overloaded": Trouble.OVERLOADED,
}
"""Its kinds of errors that mean one thing. `server_error` means two: see below."""
_SERVER = ("server_error", "unknown")


class ServiceTrouble:
    """What was said of the service in this turn: retries, the account's limit, the error in the program's own voice."""

    def __init__(self) -> None:
        self._error = ""
        self._unanswered = False
        """The last retry had no answer at all."""
        self._resets_at: float | None = None

    def turn(self) -> None:
        """A turn begins: what was said before is over, but for the account's limit, whose time stays."""
        self._error, self._unanswered = "", False

    def retried(self, event: Mapping[str, Any]) -> None:
        """Takes in an `api_retry`."""
        self._unanswered = not whole(event, "error_status")

    def limited(self, event: Mapping[str, Any]) -> None:
        """Takes in a `rate_limit_event`: when a limit that is reached will be over, where the service says so."""
        told = child(event, "rate_limit_info")
        self._resets_at = moment(told.get("resetsAt")) if short(told, "status", 60) == "rejected" else None

    def spoke(self, event: Mapping[str, Any]) -> None:
        """Takes in what the program says in the model's place."""
        self._error = short(event, "error", 80)

    def of_result(self, event: Mapping[str, Any]) -> tuple[Trouble | None, float | None]:
        """Why this turn failed, and until when in wall seconds; (None, None) where its service was not the reason."""
        if event.get("is_error") is not True:
            return None, None
        if short(event, "api_error", 80) == "connection_failed":
            return Trouble.UNREACHABLE, None
        trouble = self._trouble(whole(event, "api_error_status"))
        return trouble, self._resets_at if trouble is Trouble.LIMIT else None

    def _trouble(self, status: int) -> Trouble | None:
        if self._error in _WORDS:
            return _WORDS[self._error]
        if self._error in _SERVER:
            if status:
                return trouble_of_status(status)
            if self._unanswered:
                return Trouble.UNREACHABLE
            return Trouble.OVERLOADED if self._error == "server_error" else None
        return None
