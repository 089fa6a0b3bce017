"""What a program without a system prompt of ours is told first: who it is, the rules, its role, its brief."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from swarm.errors import SwarmError
from swarm.model.agent import AgentSpec
from swarm.platform.own_command import our_shell_words
from swarm.programs.claude.permissions import Scope
from swarm.protocol.documents import home_document
from swarm.protocol.paths import Layout
from swarm.store import reader
from swarm.store.text import decode

MAX_BYTES = 1 << 20
"""Of each file."""


FOUND = (
    "Where a shell of yours does not find `swarm-tui`, call it by its whole path: `{}`, which `$SWARM_TUI` holds too."
)


def prompt(spec: AgentSpec, layout: Layout, brief: str, here: Iterable[str]) -> str:
    """Its first words. brief: the text of task.md; here: how this program reports and what it may do, a line each.

    The texts are those that the home has at this moment. A file that is missing leaves its place empty: a spawn
    checks the role and the rules before.
    """
    who = (
        f"You are an agent of a swarm: `{spec.id}`, role {spec.role}. Your brief stands at the end of this message; "
        f"it also lies in `{layout.agent(spec.id).task}`. The rules and the role before it are part of it."
    )
    works = "\n".join(("# How it works here", "", *(f"- {line}" for line in here)))
    own = brief.strip() or f"Your brief is the file `{layout.agent(spec.id).task}`: read the whole of it now."
    return _joined(who, *_documents(spec, layout), works, own)


def habits(*, mcp: str, has_shell: bool, writable: Iterable[Path]) -> list[str]:
    """How it works for such a program. mcp: how the tools of our server are named there, '' without it."""
    lines = []
    if mcp:
        lines.append(
            f"The verbs of `swarm-tui` are also your tools {mcp} (progress, done, spawn, status, message, read, kill). "
            "Use the tools where they are offered."
        )
    if not has_shell:
        lines.append("You have no shell. Read, write and edit with your file tools.")
        if not mcp:
            lines.append("Report by writing progress.md and results.json yourself, as your brief says.")
    else:
        lines.append(FOUND.format(our_shell_words()))
    lines += [
        "Report progress by yourself. Look into your inbox.md between two steps: messages for you arrive there.",
        "Nobody answers questions or grants permissions here. What is refused stays refused: do without it.",
        "When your results are written, end your turn.",
    ]
    places = ", ".join(f"`{path}`" for path in writable)
    if places:
        lines.append(f"You can write here and nowhere else: {places}. What tries to write elsewhere fails.")
    return lines


def document(path: Path) -> str:
    """The text of one of the home's files; of a longer one than MAX_BYTES its beginning, and where the rest stands.

    '' where it cannot be read.
    """
    try:
        read = reader.read_head(path, MAX_BYTES)
    except SwarmError:
        return ""
    if read is None:
        return ""
    text = decode(read.data).strip()
    rest = f"\n\n(… {read.size - len(read.data)} bytes more: read the rest of {path} now)"
    return text + (rest if read.truncated else "")


def system(spec: AgentSpec, layout: Layout, scope: Scope, *, mcp: bool) -> str:
    """Shared rules, role, and how this program reports here. The root gets its operating manual as well.

    The texts are those that the home has at this moment. A file that is missing leaves its place empty: a spawn
    checks the role and the rules before.
    """
    who = (
        f"You are an agent of a swarm: `{spec.id}`, role {spec.role}. Your brief is your first message.\n"
        f"It also lies in `{layout.agent(spec.id).task}`. The rules and the role below are part of it."
    )
    return _joined(who, *_documents(spec, layout), _here(scope, mcp=mcp))


def _documents(spec: AgentSpec, layout: Layout) -> Iterator[str]:
    yield document(layout.shared_rules)
    yield document(layout.role(spec.role))
    if spec.parent is None:
        yield document(home_document(layout, "CLAUDE.md"))


def _joined(*parts: str) -> str:
    return "\n\n---\n\n".join(part for part in parts if part) + "\n"


def _here(scope: Scope, *, mcp: bool) -> str:
    lines = ["# How it works here", ""]
    if mcp:
        lines.append(
            "- The verbs of `swarm-tui` are also your tools `mcp__swarm__*` (progress, done, spawn, status, message, "
            "read, kill). Use the tools where they are offered: they work also where your shell may not write."
        )
    lines += [
        "- Report progress by yourself. Messages arrive between your tool calls, marked like `[m-1a2b3c]`.",
        "- Nobody answers questions or grants permissions here. What is refused stays refused: do without it.",
        "- When your results are written, end your turn.",
    ]
    if not scope.tools or "Bash" in scope.tools:
        lines.append(f"- {FOUND.format(our_shell_words())}")
    if scope.held:
        places = ", ".join(f"`{path}`" for path in scope.writable)
        lines.append(f"- You can write here and nowhere else: {places}. What tries to write elsewhere fails.")
        lines.append("- You start in your own directory; name other places by their whole path.")
    if scope.sandbox is not None:
        lines.append(
            "- Your shell runs in a sandbox: it reads everything and writes only there. Where a directory that you own "
            "does not exist yet, make its first file with Write. `swarm-tui progress` and `swarm-tui done` work in it"
            + ("; for the other verbs use the tools." if mcp else ", other verbs do not.")
        )
    elif scope.held and "Bash" in scope.tools:
        lines.append("- Your shell runs read-only commands and `swarm-tui`. Write files with Write and Edit.")
    return "\n".join(lines)
