"""Which failed turns Codex ascribes to its service. It says so in sentences alone, and these are its own."""

import re
import time
from datetime import datetime

from swarm.model.service import Trouble
from swarm.programs.http_status import trouble_of_status

_STATUS = re.compile(r"\b(?:unexpected|last) status:? (\d{3})\b")
_SENTENCES: tuple[tuple[str, Trouble], ...] = (
    (r"You.ve hit your usage limit|usage limit has been reached", Trouble.LIMIT),
    (r"Quota exceeded|out of credits", Trouble.CREDIT),
    (r"at capacity|high demand|servers? (?:is|are) overloaded", Trouble.OVERLOADED),
    (r"\blog ?in\b|not signed in|token could not be refreshed|token data is not available", Trouble.LOGIN),
    (r"error sending request|connection failed|stream disconnected|waiting for network", Trouble.UNREACHABLE),
)
_AGAIN = re.compile(
    r"try again at (?:(?P<day>[A-Z][a-z]{2} \d{1,2})(?:st|nd|rd|th),? (?P<year>\d{4}),? )?(?P<clock>\d{1,2}:\d\d [AP]M)"
)
_JUST_PAST_S = 3600.0
"""A clock time of the last hour is past, and not of tomorrow."""


def trouble_of(message: str, retried: bool) -> Trouble | None:
    """Why a turn failed with this message; None where its service was not the reason. retried: it had reconnected."""
    status = _STATUS.search(message)
    if status is not None:
        return trouble_of_status(int(status[1]))
    for sentence, trouble in _SENTENCES:
        if re.search(sentence, message, re.IGNORECASE):
            return trouble
    return Trouble.UNREACHABLE if retried else None


def until(message: str) -> float | None:
    """Wall seconds of `try again at 11:42 PM`, in this machine's time as Codex means it; None where it names none."""
    found = _AGAIN.search(message)
    if found is None:
        return None
    now = time.time()
    try:
        clock = datetime.strptime(found["clock"], "%I:%M %p")  # noqa: DTZ007 local time is what it means
        day = (
            datetime.strptime(f"{found['day']} {found['year']}", "%b %d %Y")  # noqa: DTZ007
            if found["day"]
            else datetime.fromtimestamp(now)  # noqa: DTZ006
        )
        at = day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0).timestamp()
    except (ValueError, OverflowError):
        return None
    if not found["day"] and at < now - _JUST_PAST_S:
        at += 86_400.0
    return at
