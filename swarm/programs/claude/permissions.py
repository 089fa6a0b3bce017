"""Where an agent may write, as permission settings of Claude Code that hold for its file tools and its shell alike."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from swarm.config.policy import ProgramSettings
from swarm.errors import Code, Refused
from swarm.model.agent import AgentSpec
from swarm.model.verbs import VERBS
from swarm.platform.own_command import OUR_COMMAND, our_shell_words
from swarm.programs.base import Need
from swarm.programs.work_places import git_keeps, git_writes, owned
from swarm.protocol.paths import AgentDir, Layout

MODE = "dontAsk"
"""What no rule allows is refused, without a question that nobody would answer. It also works as root."""
WORKING = (
    *("Bash", "Edit", "Write", "NotebookEdit", "Read", "Grep", "Glob", "WebFetch", "WebSearch", "Skill"),
    *("TaskCreate", "TaskGet", "TaskList", "TaskOutput", "TaskStop", "TaskUpdate"),
)
"""The tools an agent is offered. The list is positive, because some tools need no permission: those of a new release,
those that reach other sessions of the operator (SendMessage), and those that go on by themselves (CronCreate)."""
NESTED = "Agent"
"""The tool that starts a sub-agent of the program's own: for roles that allow some, and a hook counts them."""
READING = ("Read", "Grep", "Glob", "WebFetch", "WebSearch")
WITHOUT_SHELL = ("Read", "Grep", "Glob", "Write", "Edit", "NotebookEdit", "WebFetch", "WebSearch")
OURS = "mcp__swarm"
_SPECIAL = frozenset("()[]{}*?!\\\n")


class Scope(Struct, frozen=True):
    """How one agent is held. Paths are absolute."""

    held: str = ""
    """`observe` or `owns`; '' for an agent that may write wherever its operator may."""
    mode: str = MODE
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    tools: tuple[str, ...] = WORKING
    """The only built-in tools it is offered."""
    directories: tuple[str, ...] = ()
    """Directories beside its own that its read-only shell commands may look into."""
    sandbox: Mapping[str, object] | None = None
    """The program's sandbox settings; None where its shell is not in one."""
    writable: tuple[Path, ...] = ()
    """Where it may write, where it is held."""
    protected: tuple[Path, ...] = ()
    """What it never writes: the engine's files."""
    inherit: bool = False
    """The operator's own settings of the program hold too. Never for who is held: they would be a way out."""
    warnings: tuple[str, ...] = ()
    """What is weaker here than it could be, or other than was asked for."""


def held(spec: AgentSpec) -> str:
    """Whether an agent is held to its scope, and by which rule: `observe`, `owns` or ''."""
    return "observe" if spec.observes else "owns" if spec.owns else ""


def decide(spec: AgentSpec, layout: Layout, agent: AgentDir, settings: ProgramSettings, sandbox: Need) -> Scope:
    """The scope of an agent. sandbox: whether one works on this machine.

    Raises Refused `scope` where the policy wants a sandbox that is not there, or where no rule can name the paths.
    """
    rule = held(spec)
    protected = _protected(spec, layout, agent)
    ours = (OURS,) if settings.mcp else ()
    if not rule:
        deny = _rules(path for path in protected if _can_be_named(path))
        tools = (*WORKING, *settings.tools)
        allow = (*tools, *ours)
        return Scope("", allow=allow, deny=deny, tools=tools, protected=protected, inherit=settings.inherit)
    if settings.scope == "sandbox" and not sandbox.ok:
        raise Refused(
            Code.SCOPE,
            f"{spec.id!r} is to be held in a sandbox, and there is none here: {sandbox.text}.",
            f'[programs] scope = "sandbox" in swarm.toml asks for it; the agent {_because(spec, rule)}.',
            sandbox.hint or 'Or set scope = "narrow": few shell commands instead of a sandbox.',
        )
    writable = (agent.path, *(owned(spec, layout) if rule == "owns" else ()))
    _must_be_nameable((*writable, *protected))
    edits = _rules(writable)
    inside = tuple(path for path in protected if any(path.is_relative_to(mine) for mine in writable))
    alone = (f"{spec.name} is held to its scope, so inherit = true does not hold for it.",) if settings.inherit else ()
    boxed = sandbox.ok and settings.scope != "narrow"
    if boxed:
        # Rules against writing reach its shell as well: bubblewrap makes an empty file of a path that is not there yet.
        there = tuple(path for path in inside if path not in (agent.exit, agent.ended))
        return Scope(
            rule,
            allow=("Bash", *READING, *edits, *ours),
            deny=_rules(there),
            sandbox=_sandbox((*writable, *git_writes(spec)), (*there, *git_keeps(spec)))
            if rule == "owns"
            else _sandbox(writable, there),
            writable=writable,
            protected=protected,
            warnings=alone,
        )
    ours_by = tuple(dict.fromkeys((OUR_COMMAND, our_shell_words())))
    shell = tuple(f"Bash({word} {verb.name}:*)" for word in ours_by for verb in VERBS if verb.narrow)
    further = tuple(f"Bash({command})" for command in settings.bash)
    no_shell = rule == "observe" and settings.mcp
    return Scope(
        rule,
        allow=(*READING, *edits, *(() if no_shell else (*shell, *further)), *ours),
        deny=_rules(inside),
        tools=WITHOUT_SHELL if no_shell else WORKING,
        directories=() if no_shell else (str(layout.root),),
        writable=writable,
        protected=protected,
        warnings=alone if settings.scope == "narrow" else (_weaker(spec, rule, sandbox, no_shell=no_shell), *alone),
    )


def _because(spec: AgentSpec, rule: str) -> str:
    return "only observes" if rule == "observe" else f"owns {', '.join(spec.owns)}"[:200]


def _weaker(spec: AgentSpec, rule: str, sandbox: Need, *, no_shell: bool) -> str:
    instead = "it gets no shell" if no_shell else "its shell gets read-only commands and swarm-tui"
    return (
        f"No sandbox here ({sandbox.text}), and {spec.name} {_because(spec, rule)}: {instead}. "
        "With bubblewrap and socat it could run anything and still write only there."
    )


def _protected(spec: AgentSpec, layout: Layout, agent: AgentDir) -> tuple[Path, ...]:
    """The engine's files: nobody's to write, except where a spawn gave one of them away by name."""
    own = (agent.spec, agent.task, agent.exit, agent.ended, agent.log, agent.run)
    home = [layout.policy, *layout.engines]
    if spec.parent is not None:
        home += [layout.roles, layout.templates]
    given = [layout.root / path for path in spec.owns]
    return (*own, *(path for path in home if not any(path.is_relative_to(mine) for mine in given)))


def _can_be_named(path: Path) -> bool:
    return not _SPECIAL & set(str(path))


def _must_be_nameable(paths: Iterable[Path]) -> None:
    for path in paths:
        if not _can_be_named(path):
            raise Refused(
                Code.SCOPE,
                f"{str(path)!r} cannot be named in a permission rule.",
                "Brackets, braces, wildcards and backslashes mean something else there.",
                "Own a directory with a plain name, or move the home to a plain path.",
            )


def _rules(paths: Iterable[Path]) -> tuple[str, ...]:
    """The rules for paths, files or directories, there or not. `//` is absolute; Edit rules govern every file tool."""
    return tuple(rule for path in paths for rule in (f"Edit(/{path})", f"Edit(/{path}/**)"))


def _sandbox(writable: Iterable[Path], denied: Iterable[Path]) -> Mapping[str, object]:
    """Fails closed: without a working sandbox the program does not start. No command is exempt from it.

    An exempt command would take what stands after a pipe with it. What must happen outside goes through our MCP server.
    """
    return {
        "enabled": True,
        "failIfUnavailable": True,
        "autoAllowBashIfSandboxed": True,
        "allowUnsandboxedCommands": False,
        "filesystem": {
            "allowWrite": [f"/{path}" for path in writable],
            "denyWrite": [f"/{path}" for path in denied],
        },
        "network": {"allowedDomains": ["*"], "allowLocalBinding": True},
    }
