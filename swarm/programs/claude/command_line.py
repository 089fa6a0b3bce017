"""The command line of Claude Code: headless with a live channel, taken up again, or in a person's terminal."""

from collections.abc import Sequence

from swarm.config.policy import ProgramSettings
from swarm.model.agent import AgentSpec
from swarm.programs.claude.permissions import Scope
from swarm.protocol.paths import AgentDir

OWN = ("claude",)
HEADLESS = (
    *("-p", "--input-format", "stream-json", "--output-format", "stream-json"),
    *("--verbose", "--replay-user-messages"),
)
BUDGET = "--max-budget-usd"


def headless(
    spec: AgentSpec,
    agent: AgentDir,
    settings: ProgramSettings,
    scope: Scope,
    session: str,
    *,
    resume: bool = False,
    cost_usd: float | None = None,
) -> tuple[str, ...]:
    """A run without a terminal that hears us on its standard input. resume: an ended session goes on."""
    limit = () if cost_usd is None or BUDGET in settings.args else (BUDGET, f"{cost_usd:g}")
    return (
        *(settings.argv or OWN),
        *HEADLESS,
        *(("--resume", session) if resume else ("--session-id", session)),
        *_common(spec, agent, settings, scope),
        *limit,
    )


def interactive(
    spec: AgentSpec, agent: AgentDir, settings: ProgramSettings, scope: Scope, session: str
) -> tuple[str, ...]:
    """A session that goes on in a terminal, held to the same scope."""
    return (*(settings.argv or OWN), "--resume", session, *_common(spec, agent, settings, scope))


def _common(spec: AgentSpec, agent: AgentDir, settings: ProgramSettings, scope: Scope) -> Sequence[str]:
    """Every option with a list of values is followed by another option, so that none swallows what comes after it."""
    return (
        *("--name", spec.id),
        *(("--model", spec.model) if spec.model else ()),
        *("--append-system-prompt-file", str(agent.system)),
        *("--setting-sources", "user" if scope.inherit else ""),
        *("--settings", str(agent.settings)),
        *(("--mcp-config", str(agent.mcp)) if settings.mcp else ()),
        "--strict-mcp-config",
        *("--permission-mode", scope.mode),
        *("--tools", ",".join(scope.tools)),
        *settings.args,
    )
