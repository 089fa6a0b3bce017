"""What a tool call does, by the names that the agent programs give their tools: it reads, writes, or may do either."""

import re
from enum import Enum

from swarm.protocol.paths import AGENT_FILES


class Effect(Enum):
    """What a call does to the work."""

    READS = "reads"
    WRITES = "writes"
    MAY_WRITE = "may write"
    """A shell command or a tool that is not known."""
    REPORTS = "reports"
    """It plans, or says how things stand: neither work nor the lack of it."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_READS = _set(
    """bashoutput fetch find_files glob google_web_search grep grep_search list list_directory listmcpresourcestool ls
    notebookread read read_file read_many_files readfile readmcpresourcetool search search_file_content taskoutput
    toolsearch view web_fetch web_search webfetch websearch"""
)
_WRITES = _set("""apply_patch create edit edit_file multiedit notebookedit patch replace write write_file""")
_SHELLS = _set("bash local_shell powershell run_shell_command shell")
_REPORTS = _set(
    """enterplanmode exitplanmode save_memory skill taskcreate taskget tasklist taskupdate think todoread todowrite
    update_plan write_todos"""
)
_OURS = ("mcp__swarm__", "mcp_swarm_", "swarm.", "swarm_")
"""What the names of our own tools begin with, in the programs' spellings."""
_OUR_COMMAND = ("swarm-tui", "SWARM_TUI")
_READING = _set(
    """awk basename cat cd curl cut date df diff dirname du echo egrep env false fgrep file find free grep head hostname
    id jq less ls more nl nproc pgrep printenv printf ps pwd readlink realpath rg sha256sum sleep sort stat tail test
    timeout tr tree true type uname uniq uptime wait wc wget which whoami xxd yes ["""
)
"""Commands that leave files as they are."""
_GIT_READING = _set("blame branch describe diff fetch grep log ls-files remote rev-parse shortlog show status")
_SPLIT = re.compile(r"&&|\|\||[;&|\n]")
_REDIRECTION = re.compile(r"(?<![0-9&])>{1,2}(?!\s*(?:/dev/null|&))")
_OPTION = re.compile(r"\s-(?:delete|exec|ok|o|O|-output)\b")
"""With which a command that reads writes a file."""


def effect_of(tool: str, text: str) -> Effect:
    """What a call of this tool does. text: what it is called with, in one line, as activities tell it."""
    name = tool.casefold()
    if name.startswith(_OURS) or name in _REPORTS:
        return Effect.REPORTS
    if name in _SHELLS:
        return _of_command(text)
    if name in _WRITES:
        return Effect.REPORTS if text.rpartition("/")[2] in AGENT_FILES else Effect.WRITES
    return Effect.READS if name in _READS else Effect.MAY_WRITE


def written_by(tool: str, text: str) -> tuple[str, ...]:
    """The files that a call of this tool writes, as it names them; none for any but a tool for files.

    text: what it is called with, in one line, as activities tell it. A patch names several, with blanks between them.
    """
    name = tool.casefold()
    if name not in _WRITES or not text:
        return ()
    return tuple(text.split()) if name == "patch" else (text,)


def _of_command(command: str) -> Effect:
    if not command.strip():
        return Effect.MAY_WRITE
    parts = [part for part in _SPLIT.split(command) if part.strip() and not _reports(part)]
    if not parts:
        return Effect.REPORTS
    return Effect.READS if all(map(_only_reads, parts)) else Effect.MAY_WRITE


def _reports(part: str) -> bool:
    return any(ours in part for ours in _OUR_COMMAND) or (">" in part and "progress.md" in part)


def _only_reads(part: str) -> bool:
    words = part.split()
    while words and "=" in words[0]:
        words.pop(0)
    if not words:
        return ">" not in part
    if _REDIRECTION.search(part) or _OPTION.search(part):
        return False
    name = words[0].rpartition("/")[2]
    return name in _READING or (name == "git" and len(words) > 1 and words[1] in _GIT_READING)
