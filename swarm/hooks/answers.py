"""What a hook prints for the program: one JSON object, or nothing."""

import json
from collections.abc import Mapping

Answer = Mapping[str, object]


def deny(reason: str) -> Answer:
    """PreToolUse: the call is not made, and the model is told why."""
    return {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }
    }


def context(event: str, text: str) -> Answer:
    """Words that reach the model with the result of its call."""
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}


def stop(reason: str) -> Answer:
    """The program ends its run here."""
    return {"continue": False, "stopReason": reason}


def block(reason: str) -> Answer:
    """Stop: the turn does not end yet; the model goes on with the reason."""
    return {"decision": "block", "reason": reason}


def dump(answer: Answer) -> bytes:
    """The answer as it is printed."""
    return json.dumps(answer).encode() + b"\n"
