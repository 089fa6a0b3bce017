"""Tells by its command line whether a process is a session of a coding agent. Light: scans ask for every process."""

import os
from collections.abc import Collection, Sequence

from swarm.config.policy import Policy
from swarm.programs.registry import CODING

PACKAGES = {
    "@anthropic-ai/claude-code": "claude",
    "@openai/codex": "codex",
    "@google/gemini-cli": "gemini",
    "opencode-ai": "opencode",
}
"""Packages of npm, as they stand in the path of what node runs."""
EMBEDDED = frozenset({"rg", "ugrep", "bfs", "fd", "grep", "find"})
"""Tools that a coding agent's executable holds, and is called by: its shell searches with them."""
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish", "ash"})
INTERPRETERS = SHELLS | {"node", "bun", "deno", "python", "python3", "ruby", "perl"}
LAUNCHERS = SHELLS | {"env", "timeout", "nice", "ionice", "stdbuf", "nohup", "script", "npx", "npm", "pnpm", "time"}
"""What only starts another program, and waits for it."""
WRAPPERS = frozenset({"bwrap", "sandbox-exec", "env"})
"""What a coding agent runs itself, or a part of itself, in."""
_AS_CODE = frozenset({"-c", "-e", "-p", "--eval", "-m"})
"""Options after which an interpreter's words are no path of a program."""
_HELPERS = frozenset(
    {
        *("mcp", "mcp-server", "app-server", "sandbox", "debug", "doctor", "update", "upgrade", "install"),
        *("login", "logout", "auth", "config", "completion", "models", "stats", "--version", "-v", "--help", "-h"),
    }
)
"""What follows the name where no session runs: servers for other programs, and words about the program itself."""
_PARTS = ("--codex-run-as-", "--claude-in-chrome", "--chrome-native-host")
"""Options by which a session starts parts of itself."""


def known_names(policy: Policy) -> dict[str, str]:
    """What the executables of coding agents are called in this home, and the program that each is of."""
    found = dict.fromkeys(CODING, "")
    for program, settings in policy.programs.items():
        head = _head(settings.argv)
        if head and _base(head) not in INTERPRETERS | LAUNCHERS:
            found[_base(head)] = program
    return {name: program or name for name, program in found.items()}


def session_of(words: Sequence[str], name: str, names: dict[str, str]) -> str:
    """Returns the program whose session this is; '' for none. name: what the kernel calls the process."""
    head = _head(words)
    if base_of(words) in EMBEDDED:
        return ""
    program = _named(head, is_script=head != (words[0] if words else ""), names=names) or names.get(name, "")
    if not program or _is_helper(words[list(words).index(head) + 1 :] if head else ()):
        return ""
    return program


def base_of(words: Sequence[str]) -> str:
    """What a process runs, without its path."""
    return _base(words[0]) if words else ""


def is_one_of(words: Sequence[str], kinds: Collection[str]) -> bool:
    """Whether a process runs one of these, itself or as a script of an interpreter."""
    return base_of(words) in kinds or _base(_head(words)) in kinds


def _head(words: Sequence[str]) -> str:
    """The program that the words run: the script, where they name an interpreter and one."""
    if not words or _base(words[0]) not in INTERPRETERS:
        return words[0] if words else ""
    for word in words[1:]:
        if word in _AS_CODE:
            return ""
        if not word.startswith("-"):
            return word
    return ""


def _base(path: str) -> str:
    base = os.path.basename(path).lstrip("-")
    stem, ending = os.path.splitext(base)
    return stem if ending in (".js", ".mjs", ".cjs", ".exe") else base


def _named(head: str, *, is_script: bool, names: dict[str, str]) -> str:
    if (program := names.get(_base(head))) is not None:
        return program
    if not is_script:
        return ""  # a package brings tools of its own with it
    return next((kind for package, kind in PACKAGES.items() if f"/{package}/" in head), "")


def _is_helper(rest: Sequence[str]) -> bool:
    first = next(iter(rest), "")
    return first in _HELPERS or any(word.startswith(_PARTS) for word in rest)
