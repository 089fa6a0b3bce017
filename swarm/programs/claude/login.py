"""Whether Claude Code is logged in: as far as can be told from outside, and as it says itself."""

import os
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from swarm.programs.base import Need
from swarm.programs.claude.own_settings import OwnSettings
from swarm.programs.claude.session_list import config_directory
from swarm.programs.questions import FAILURES, ask
from swarm.sanitize import clean
from swarm.store import jsonio

KEYS = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_GATEWAY_TOKEN")
SETUP = "Start claude once by hand and log in, set CLAUDE_CODE_OAUTH_TOKEN (claude setup-token) or ANTHROPIC_API_KEY."
STATUS_S = 30.0
"""The program says whether it is logged in within a second, on a busy machine within some."""


def seen(environment: Mapping[str, str], own: OwnSettings) -> Need:
    """Whether there is a login, as far as can be told from outside, with the cure that fits where there is none."""
    env = {**environment, **own.env}
    if own.problem:
        return _no(own.problem, "Mend that file: it may hold the login.")
    for chosen, look in (("BEDROCK", _aws), ("VERTEX", _google), ("FOUNDRY", _azure)):
        if _is_on(env, f"CLAUDE_CODE_USE_{chosen}"):
            return look(env, own)
    for name in KEYS:
        if env.get(name):
            return _yes(f"{name} is set" if environment.get(name) else f"{name} is set in {own.place}")
    if helper := own.helpers.get("apiKeyHelper"):
        return _helper(helper, own)
    if _is_file(config_directory(environment) / ".credentials.json"):
        return _yes(f"{config_directory(environment) / '.credentials.json'} is there")
    if env.get("ANTHROPIC_BASE_URL"):
        return _no(
            "ANTHROPIC_BASE_URL names a gateway, and no key for it is seen",
            "Set ANTHROPIC_AUTH_TOKEN (or ANTHROPIC_API_KEY), or apiKeyHelper in the program's settings.json.",
        )
    if sys.platform == "darwin":
        return _no("no login was seen (it may lie in the keychain)", SETUP, told=False)
    return _no("no login is seen", SETUP)


def status(argv: Sequence[str], settings: bytes, environment: Mapping[str, str]) -> str:
    """Asks the program itself; returns what it says against running like that, '' where it is logged in or not clear.

    argv: the program. settings: what it is configured with; they may hold a key, and reach it by a file.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(settings)
        file.flush()
        words = [*argv, "--setting-sources", "", "--settings", file.name, "auth", "status"]
        try:
            said = jsonio.parse_json(ask(words, environment, seconds=STATUS_S).stdout[:65536])
        except (*FAILURES, ValueError, jsonio.Invalid):
            return ""  # an earlier version, or another program under its name: it does not know the question
    return "it says that it is not logged in" if said.get("loggedIn") is False else ""


def _helper(helper: str, own: OwnSettings) -> Need:
    try:
        word = shlex.split(helper)[0]
    except (ValueError, IndexError):
        word = ""
    if word.startswith("/") and not os.access(word, os.X_OK):  # a shell makes something of every other word
        return _no(
            f"apiKeyHelper in {own.place} runs {clean(word, 200)!r}, which is not there or not executable",
            "Mend that setting: its command prints the key.",
        )
    return _yes(f"apiKeyHelper is set in {own.place}")


def _aws(env: Mapping[str, str], own: OwnSettings) -> Need:
    home = Path(env.get("HOME", "/"))
    names = (
        *("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    )
    files = [Path(env.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials")]
    files.append(Path(env.get("AWS_CONFIG_FILE") or home / ".aws" / "config"))
    helpers = ("awsAuthRefresh", "awsCredentialExport")
    return _cloud(
        ("Bedrock", "BEDROCK", "AWS credentials"),
        (names, files, helpers),
        (env, own),
        "Set AWS_PROFILE (after aws sso login) or AWS_BEARER_TOKEN_BEDROCK; a role of this machine cannot be seen.",
    )


def _google(env: Mapping[str, str], own: OwnSettings) -> Need:
    config = Path(env.get("CLOUDSDK_CONFIG") or Path(env.get("HOME", "/")) / ".config" / "gcloud")
    files = [config / "application_default_credentials.json"]
    if given := env.get("GOOGLE_APPLICATION_CREDENTIALS"):
        files = [Path(given)]
    return _cloud(
        ("Vertex", "VERTEX", "Google credentials"),
        ((), files, ("gcpAuthRefresh",)),
        (env, own),
        "Run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to a file that is there.",
    )


def _azure(env: Mapping[str, str], own: OwnSettings) -> Need:
    names = ("ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_AUTH_TOKEN", "AZURE_CLIENT_ID")
    files = [Path(env.get("HOME", "/")) / ".azure" / "azureProfile.json"]
    return _cloud(
        ("Foundry", "FOUNDRY", "Azure credentials"),
        (names, files, ()),
        (env, own),
        "Set ANTHROPIC_FOUNDRY_API_KEY, or run az login.",
    )


def _cloud(
    words: tuple[str, str, str],
    signs: tuple[Sequence[str], Sequence[Path], Sequence[str]],
    where: tuple[Mapping[str, str], OwnSettings],
    cure: str,
) -> Need:
    """words: the service, its name in variables, what it wants. signs: variables, files and helpers that hold it."""
    service, name, wanted = words
    variables, files, helpers = signs
    env, own = where
    if _is_on(env, f"CLAUDE_CODE_SKIP_{name}_AUTH"):
        return _yes(f"{service} by a gateway that logs in itself")
    if found := next((each for each in variables if env.get(each)), ""):
        return _yes(f"{service}: {found} is set")
    if helper := next((each for each in helpers if own.helpers.get(each)), ""):
        return _yes(f"{service}: {helper} is set in {own.place}")
    if file := next((each for each in files if _is_file(each)), None):
        return _yes(f"{service}: {file} is there")
    return _no(f"CLAUDE_CODE_USE_{name} chooses {service}, and no {wanted} are seen", cure)


def _is_on(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").lower() in {"1", "true", "yes", "on"}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _yes(text: str) -> Need:
    return Need("login", ok=True, text=text, required=False)


def _no(text: str, hint: str, *, told: bool = True) -> Need:
    return Need("login", ok=False, text=text, hint=hint, required=False, told=told)
