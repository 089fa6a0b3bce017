"""Every verb, declared once: the command line, the palette and the MCP server are made from this table."""

from swarm.model import agent_verbs
from swarm.model.agent_verbs import AGENT
from swarm.model.verb import Argument, ArgumentKind, Verb, flag, option

VERBS: tuple[Verb, ...] = (
    Verb(
        "init",
        "make the home of a new swarm: rules, roles, settings",
        "init my-swarm --program claude",
        (
            Argument("directory", "where (the current directory)", kind=ArgumentKind.DIRECTORY, metavar="DIR"),
            option(
                "program",
                "",
                "what runs as an agent where a spawn does not say (command: one of your own)",
                choices=("claude", "codex", "gemini", "opencode", "command"),
                default="command",
            ),
        ),
    ),
    Verb(
        "demo",
        "try everything out on a temporary swarm of harmless processes",
        "demo --headless --for 90s",
        (
            flag("headless", "print what happens instead of opening the control room"),
            option(
                "for_seconds",
                "TIME",
                "end after this time (90s); with --headless only",
                flags=("--for",),
                kind=ArgumentKind.SECONDS,
                least=0.001,
            ),
            option("speed", "N", "how many times faster than life (60)", kind=ArgumentKind.DECIMAL, least=1, most=3600),
            option("directory", "D", "make its home here, and keep it", flags=("--dir",), kind=ArgumentKind.DIRECTORY),
        ),
    ),
    agent_verbs.STATUS,
    agent_verbs.SPAWN,
    agent_verbs.KILL,
    Verb(
        "heartbeat",
        "look at all agents once: collect, alert, end who was silent",
        "heartbeat --dry-run",
        (
            flag("dry_run", "print what it would do, and change nothing"),
            flag("force", "also if the last one is less than half a period ago"),
        ),
    ),
    Verb(
        "run",
        "do a heartbeat every period, without a screen, until SIGTERM",
        "run --period 15m",
        (
            option(
                "period",
                "TIME",
                "how often (15m, if swarm.toml says nothing else)",
                kind=ArgumentKind.SECONDS,
                least=0.001,
            ),
            flag("once", "one heartbeat and no more: the same as `heartbeat`"),
        ),
    ),
    agent_verbs.PROGRESS,
    agent_verbs.DONE,
    agent_verbs.READ,
    Verb(
        "log",
        "print what an agent does and says, made safe for a terminal",
        "log worker-1 -f",
        (
            AGENT,
            flag("follow", "go on as it grows, until the agent has ended", "-f", "--follow"),
            option(
                "stream",
                "",
                "which output (transcript if its program says what it does, else stdout)",
                choices=("stdout", "stderr", "transcript"),
            ),
        ),
        narrow=True,
    ),
    agent_verbs.MESSAGE,
    Verb("attach", "talk to an agent in this terminal; it goes on when you leave", "attach worker-1", (AGENT,)),
    Verb("pause", "halt an agent and all agents below it, until resume", "pause idea-alpha", (AGENT,)),
    Verb("resume", "let a paused agent and all agents below it go on", "resume idea-alpha", (AGENT,)),
    Verb(
        "hold",
        "let no heartbeat end an agent, for some heartbeats",
        'hold worker-1 --for 2 --why "long build"',
        (
            AGENT,
            option(
                "beats",
                "N",
                "how many heartbeats; 0 takes the hold back",
                flags=("--for",),
                kind=ArgumentKind.NUMBER,
                required=True,
                most=1000,
            ),
            option("why", "T", "the reason, shown beside the agent", required=True),
        ),
    ),
    Verb(
        "respawn",
        "start an agent that has ended again, with the same task",
        "respawn worker-1",
        (AGENT, flag("fresh", "begin anew, even if its session could go on")),
    ),
    Verb(
        "events",
        "print the audit log: who did what, and what was refused",
        "events --since 2h --agent worker-1",
        (
            flag("follow", "go on as it grows; with --json one object a line", "-f", "--follow"),
            option("since", "TIME", "how far back (the last 500 records)", kind=ArgumentKind.SECONDS),
            option("agent", "ID", "only what concerns this agent"),
        ),
        narrow=True,
    ),
    Verb(
        "doctor",
        "check the home, programs, limits and clock; repair the ledger",
        "doctor",
        (flag("rebuild", "make state.json (and a missing lock) anew from the agents' directories"),),
    ),
    Verb("roles", "list the roles that agents can have, and which are not valid", "roles"),
    Verb("templates", "list the templates of agents' files, and which are not valid", "templates"),
    Verb(
        "hook",
        "for agents' programs: answer before and after tool calls",
        "hook guard",
        (
            Argument(
                "which",
                "the hook; it takes its input as JSON on standard input",
                required=True,
                choices=("guard", "after", "stop", "end"),
            ),
        ),
    ),
    Verb("mcp", "for agents' programs: the verbs as MCP tools, over stdio", "mcp"),
    Verb(
        "completion",
        "print completion for a shell",
        "completion bash",
        (
            Argument(
                "shell",
                "which shell; for bash: source <(swarm-tui completion bash)",
                required=True,
                choices=("bash", "zsh", "tcsh"),
            ),
        ),
    ),
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}
