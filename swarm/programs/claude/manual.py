"""system.md: what stands in an agent's system prompt beside the program's own words."""

from swarm.layout import Layout
from swarm.model import AgentSpec
from swarm.programs.claude.scope import Scope
from swarm.programs.prompting import document


def system(spec: AgentSpec, layout: Layout, scope: Scope, *, mcp: bool) -> str:
    """Shared rules, role, and how this program reports here. The root gets its operating manual as well.

    The texts are those that the home has at this moment. A file that is missing leaves its place empty: a spawn
    checks the role and the rules before.
    """
    who = (
        f"You are an agent of a swarm: `{spec.id}`, role {spec.role}. Your brief is your first message.\n"
        f"It also lies in `{layout.agent(spec.id).task}`. The rules and the role below are part of it."
    )
    parts = [who, document(layout.shared_rules), document(layout.role(spec.role))]
    if spec.parent is None:
        parts.append(document(layout.root / "CLAUDE.md"))
    parts.append(_here(scope, mcp=mcp))
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
    elif scope.held and not scope.tools:
        lines.append("- Your shell runs read-only commands and `swarm-tui`. Write files with Write and Edit.")
    return "\n".join(lines)
