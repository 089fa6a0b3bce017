"""What Claude Code's agents need of the operator's own settings to be logged in.

Agents do not read those settings, because permissions and hooks in them would be a way out of what an agent is held to.
Only what logs in is taken over: helpers that print a key, and variables that choose a service and its account.
"""

import json
import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from swarm.programs.claude.session_list import config_directory
from swarm.programs.variables import ANYBODYS, CLOUDS
from swarm.sanitize import clean
from swarm.store import declared, jsonio, reader
from swarm.store.declared import RefusedValue

Words = Annotated[str, Meta(max_length=20_000)]
TAKEN = (
    *("ANTHROPIC_*", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_GATEWAY_TOKEN", "CLAUDE_CODE_SKIP_*_AUTH"),
    *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_MANTLE"),
    *("CLAUDE_CODE_USE_GATEWAY", "CLAUDE_CODE_USE_ANTHROPIC_AWS", "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD"),
    *("CLAUDE_CODE_API_KEY_HELPER_TTL_MS", "CLAUDE_CODE_CLIENT_*", "CLAUDE_CODE_CERT_STORE"),
    *("CLAUDE_CODE_ENABLE_PROXY_AUTH_HELPER", "CLAUDE_CODE_PROXY_AUTH_HELPER_TTL_MS"),
    *CLOUDS,
    *(name for name in ANYBODYS if name not in ("PATH", "HOME", "USER", "LOGNAME") and not name.startswith("XDG_")),
)
"""What is taken over of the `env` of those settings: names and patterns."""


class _Declared(Struct, frozen=True):
    """What is read of the operator's settings.json."""

    api_key_helper: Words = ""
    aws_auth_refresh: Words = ""
    aws_credential_export: Words = ""
    gcp_auth_refresh: Words = ""
    proxy_auth_helper: Words = ""
    env: dict[str, Any] = field(default_factory=dict)


_HELPERS = {
    "apiKeyHelper": "api_key_helper",
    "awsAuthRefresh": "aws_auth_refresh",
    "awsCredentialExport": "aws_credential_export",
    "gcpAuthRefresh": "gcp_auth_refresh",
    "proxyAuthHelper": "proxy_auth_helper",
}
"""Commands that log in: their names in the program's settings, and here."""
_FIELDS = {**_HELPERS, "env": "env"}


class OwnSettings(Struct, frozen=True):
    """What the operator's settings say of logins."""

    place: Path
    helpers: Mapping[str, str] = {}
    """By the names that the program gives them."""
    env: Mapping[str, str] = {}
    problem: str = ""
    """Why they, or a part of them, could not be read."""

    def settings(self, decided: Sequence[Mapping[str, str]]) -> dict[str, object]:
        """Returns what is added to an agent's settings.json. decided: variables that are set for it otherwise."""
        env = {name: value for name, value in self.env.items() if not any(name in each for each in decided)}
        return {**self.helpers, **({"env": env} if env else {})}


def read_own_settings(environment: Mapping[str, str]) -> OwnSettings:
    """Reads what the operator's own settings of the program say of logins. environment: the agent's."""
    # A link is the operator's own, and usual: settings lie in a repository of theirs.
    path = Path(os.path.realpath(config_directory(environment) / "settings.json"))
    try:
        data = reader.read_json(path)
    except (reader.Unreadable, jsonio.Invalid) as error:
        return OwnSettings(path, problem=f"{str(path)!r} cannot be used: {clean(error.why, 200)}")
    refused: list[RefusedValue] = []
    known = {field: data[name] for name, field in _FIELDS.items() if name in data} if data else {}
    found = declared.read(_Declared, known, "", refused) or _Declared()
    helpers = {name: value for name, field in _HELPERS.items() if (value := getattr(found, field))}
    env = {name: _text(value) for name, value in found.env.items() if any(fnmatchcase(name, each) for each in TAKEN)}
    # By name only: what is wrong in it may be a key all the same.
    wrong = [name for name, field in _FIELDS.items() if any(each.text.startswith(field) for each in refused)]
    problem = f"{', '.join(wrong)} in {str(path)!r} is not what it should be" if wrong else ""
    return OwnSettings(path, helpers, env, problem)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
