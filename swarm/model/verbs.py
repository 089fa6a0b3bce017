"""Every verb, declared once: the command line, the palette and the MCP server are made from this table."""

from swarm.model import agent_verbs, operator_verbs, repository_verbs
from swarm.model.agent_verbs import AGENT, ENDED, LIVING, PROGRAMS
from swarm.model.spawn_verb import SPAWN
from swarm.model.verb import Argument, ArgumentKind, Verb, flag, option

SHELLS = ("bash", "zsh", "fish", "tcsh")
"""The shells that there is completion for."""
VERBS: tuple[Verb, ...] = (
    Verb(
        "init",
        "make the home of a new swarm: rules, roles, settings",
        "init my-swarm --program claude",
        (
            Argument("directory", "where (default: the current directory)", kind=ArgumentKind.DIRECTORY, metavar="DIR"),
            option(
                "program",
                "",
                "what runs as an agent where a spawn does not say (default: command, one of your own)",
                choices=PROGRAMS,
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
                "end after this time, like 90s; with --headless only",
                flags=("--for",),
                kind=ArgumentKind.SECONDS,
                least=0.001,
            ),
            option(
                "speed", "N", "times faster than real time (default: 60)", kind=ArgumentKind.DECIMAL, least=1, most=3600
            ),
            option("directory", "D", "make its home in D, and keep it", flags=("--dir",), kind=ArgumentKind.DIRECTORY),
        ),
    ),
    agent_verbs.STATUS,
    SPAWN,
    agent_verbs.KILL,
    Verb(
        "heartbeat",
        "look at all agents once: collect, alert, end silent ones",
        "heartbeat --dry-run",
        (
            flag("dry_run", "print what it would do, and change nothing"),
            flag("force", "even if the last one is less than half a period ago"),
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
                "how often (default: as swarm.toml says, else 15m)",
                kind=ArgumentKind.SECONDS,
                least=0.001,
            ),
            flag("once", "one heartbeat and no more: the same as `heartbeat`"),
        ),
    ),
    agent_verbs.PROGRESS,
    agent_verbs.DONE,
    Verb(
        "results",
        "list who reported or ended, the newest first: what was promised and is there, who has read and decided",
        "results --unread",
        (flag("unread", "only those that nobody has read, and those that are disputed"),),
        narrow=True,
    ),
    agent_verbs.READ,
    agent_verbs.ACCEPT,
    agent_verbs.REJECT,
    Verb(
        "outcomes",
        "list what agents are to bring about, and whether it is there: a board for each that leads others",
        "outcomes idea-alpha",
        (AGENT._replace(help="only the board of this agent (default: all of them)", required=False, default=""),),
    ),
    Verb(
        "log",
        "print what an agent does and says, made safe for a terminal",
        "log worker-1 -f",
        (
            AGENT,
            flag("follow", "print what is added, until the agent has ended", "-f", "--follow"),
            flag("all", "from the beginning of its output on, however long it is"),
            option(
                "stream",
                "",
                "which output (default: transcript if its program gives one, else stdout)",
                choices=("stdout", "stderr", "transcript"),
            ),
        ),
        narrow=True,
    ),
    repository_verbs.DIFF,
    repository_verbs.MERGE,
    repository_verbs.HANDOVER,
    Verb(
        "worktrees",
        "list the worktrees of agents, with what is in them; remove one, or all that hold nothing",
        "worktrees --remove worker-1",
        (
            option(
                "remove",
                "ID",
                "remove the worktree of this agent, where it holds nothing uncommitted",
                kind=ArgumentKind.AGENT,
                default="",
            ),
            flag("discard", "with --remove and the whole id or name: lose what is not committed"),
            flag("prune", "remove those of all ended agents in which nothing is that is not elsewhere"),
        ),
    ),
    agent_verbs.MESSAGE,
    operator_verbs.ALERTS,
    operator_verbs.ACK,
    Verb("attach", "talk to an agent in this terminal; leaving resumes its run", "attach worker-1", (LIVING,)),
    Verb("pause", "halt an agent and all agents below it, until resume", "pause idea-alpha", (LIVING,)),
    Verb(
        "resume",
        "let a paused agent and all below it go on, or try again one that waits for its service",
        "resume idea-alpha",
        (LIVING,),
    ),
    operator_verbs.FREEZE,
    operator_verbs.THAW,
    Verb(
        "hold",
        "keep heartbeats from ending an agent, for some heartbeats",
        'hold worker-1 --for 2 --why "long build"',
        (
            LIVING,
            option(
                "beats",
                "N",
                "how many heartbeats; 0 lifts the hold",
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
        "start an ended agent again, with the same task",
        "respawn worker-1",
        (
            ENDED,
            flag("fresh", "start a new session, even if the old one could go on"),
            flag("force", "also after several failed starts: their cause is mended"),
            flag("here", "with the environment of this shell (PATH, keys, gateways), not that of its spawn"),
        ),
    ),
    Verb(
        "archive",
        "put away agents that are over, with all below them; their directories are kept",
        "archive",
        (
            ENDED._replace(
                name="ids",
                help="which agents (default: all that are over, read and not needed)",
                many=True,
                required=False,
            ),
            flag("list", "list what is in the archive"),
            option("restore", "ID", "put this one back into the tree", default=""),
        ),
    ),
    Verb("sessions", "list what your agent programs run beside this swarm", "sessions"),
    Verb(
        "dismiss",
        "say that what looks like an agent is none: it is neither shown nor counted",
        "dismiss worker-1/@claude-4711",
        (
            Argument(
                "ids",
                "ghosts and strays: see status",
                kind=ArgumentKind.GHOST,
                required=True,
                many=True,
                metavar="ID",
            ),
            flag("undo", "take it back"),
        ),
    ),
    Verb(
        "adopt",
        "make a session or a stray that runs beside this swarm an agent of it",
        "adopt 850354a5 --name pages --role worker",
        (
            Argument(
                "session",
                "its key, the beginning of that, or its name (see sessions); or a stray's id (see status)",
                required=True,
                metavar="KEY",
            ),
            option("name", "NAME", "what the agent is called", required=True),
            option(
                "role",
                "R",
                "its role: one without a scope (default: worker)",
                kind=ArgumentKind.ROLE,
                default="worker",
            ),
            option("task", "TEXT", "what it is to bring about (default: to go on and end)", default=""),
            option("parent", "ID", "who it stands under (default: the root)", kind=ArgumentKind.LIVING),
            flag("end", "also where a person talks in it: it ends in their terminal"),
            flag("restart", "run a stray's command again from the beginning, where no session of it can go on"),
        ),
    ),
    Verb(
        "events",
        "print the audit log: who did what, and what was refused",
        "events --since 2h --agent worker-1",
        (
            flag("follow", "print what is added; with --json one object a line", "-f", "--follow"),
            option("since", "TIME", "how far back (default: the last 500 records)", kind=ArgumentKind.SECONDS),
            option("agent", "ID", "only what concerns this agent", kind=ArgumentKind.AGENT),
        ),
        narrow=True,
    ),
    Verb(
        "doctor",
        "check the home, programs, limits and clock; repair the ledger",
        "doctor",
        (flag("rebuild", "rebuild state.json (and a missing lock) from the agents' directories"),),
    ),
    operator_verbs.LINT,
    operator_verbs.NOTIFY,
    Verb(
        "config",
        "your own settings of control rooms: keys, theme, columns, signs, bell",
        "config init",
        (
            Argument(
                "what",
                "make the file, with every setting and its default; say where it is; look at it; or forget what was "
                "changed with keys",
                required=True,
                choices=("init", "path", "check", "reset"),
            ),
            flag("force", "init: also where there is one"),
        ),
    ),
    Verb("roles", "list the roles that agents can have, and which are invalid", "roles"),
    Verb("templates", "list the templates of agents' briefs, and which are invalid", "templates"),
    Verb(
        "hook",
        "for agents' programs: answer their hooks, as before a tool call",
        "hook guard",
        (
            Argument(
                "which",
                "before a tool call, after it, before the program stops, at its session's end; JSON on standard input",
                required=True,
                choices=("guard", "after", "stop", "end", "subagent"),
            ),
        ),
    ),
    Verb("mcp", "for agents' programs: the verbs as MCP tools, over stdio", "mcp"),
    Verb(
        "completion",
        "print completion for a shell: of verbs, options, agents, roles, programs and states",
        "completion bash",
        (
            Argument(
                "shell",
                'bash, zsh: eval "$(swarm-tui completion bash)"; fish: swarm-tui completion fish | source; '
                'tcsh: eval "`swarm-tui completion tcsh`". What follows -- is a line to be completed',
                required=True,
                choices=SHELLS,
            ),
        ),
        command=True,
    ),
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}
