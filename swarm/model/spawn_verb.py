"""The verb that starts an agent: what its brief, its place and its limits are called."""

from swarm.model.verb import Argument, ArgumentKind, Tool, Verb, flag, option

SPAWN = Verb(
    "spawn",
    "check everything, then start an agent",
    'spawn worker-1 --role worker --task "Write the summary" --accept "summary.md exists::test -s summary.md" '
    "-- ./agent.sh",
    (
        Argument(
            "name",
            "its name: a-z, 0-9, dot, dash, underscore; new below its parent",
            metavar="NAME",
            required=True,
            most=64,
        ),
        option(
            "role",
            "R",
            "its role, a file in roles/ (swarm-tui roles lists them)",
            kind=ArgumentKind.ROLE,
            required=True,
        ),
        option(
            "task",
            "TEXT",
            "what it is to bring about; @FILE reads it from a file, - from standard input",
            required=True,
            most=200_000,
        ),
        option(
            "parent",
            "ID",
            "the agent that it works for (default: the agent that calls, else the root)",
            kind=ArgumentKind.LIVING,
        ),
        option(
            "slots",
            "N",
            "slots for it and all agents below it (default: as its role says)",
            kind=ArgumentKind.NUMBER,
            least=1,
        ),
        option(
            "accept",
            "TEXT[::CHECK]",
            "an outcome that must hold at the end, and a command that proves it with exit status 0",
            many=True,
            fields=(
                Argument("text", "An outcome that can be checked, like: report.md names three sources.", required=True),
                Argument("check", "A shell command, run in the home, that proves it with exit 0: test -s report.md"),
            ),
        ),
        option(
            "inputs",
            "P",
            "a file that it needs, relative to the home; must exist",
            flags=("--input",),
            kind=ArgumentKind.FILE,
            many=True,
        ),
        option(
            "outputs",
            "GLOB",
            "which files count as its outputs, relative to its directory",
            flags=("--output",),
            many=True,
        ),
        option("owns", "P", "a path that only it may write, relative to the home", kind=ArgumentKind.FILE, many=True),
        option(
            "cwd",
            "DIR",
            "where it works: relative to its worktree, else to the home; or absolute (default: as its role says, else "
            "its own directory)",
            kind=ArgumentKind.DIRECTORY,
            default="",
            most=4096,
        ),
        option(
            "worktree",
            "REPO[@REF]",
            "give it a git worktree and branch of its own, made from REF; without REPO: of the repository of the agent "
            "above it, else of the home's",
            default="",
            without=".",
            most=4096,
        ),
        option(
            "program",
            "P",
            "what runs it (default: as swarm.toml says); for command: what follows --",
            kind=ArgumentKind.PROGRAM,
            default="",
        ),
        option("model", "M", "its model (default: as swarm.toml says)", default=""),
        option(
            "env",
            "K=V",
            "a variable of its environment, written into agent.json: keys belong into your shell",
            many=True,
        ),
        flag("queue", "if no slot is free: wait in the queue"),
        flag("use_reserve", "take a slot of the reserve, which is kept for emergencies"),
        flag("kill_stuck", "if no slot is free: end agents that are stuck, in the same step"),
        flag("force", "also after several failed starts: their cause is mended"),
        flag("dry_run", "check everything, start nothing"),
    ),
    Tool(
        "Start an agent below you",
        "Check everything, then start an agent directly below you. Its whole budget is taken from yours at once. It "
        "sees its brief, its role and nothing of what you know, so the task says all of it. A refusal names the level "
        "that is full and who could be ended. Start one, see one result, then start the others.",
        {
            "name": "Its name, new among the agents below you: a-z, 0-9, dot, dash, underscore.",
            "role": "What kind of agent it is: a file in roles/.",
            "task": "What it is to bring about, with everything it needs to know.",
            "slots": "Slots of its whole subtree, itself included. Leave it out for its role's default.",
            "accept": "How its work will be judged: outcomes, not activities.",
            "inputs": "Files it needs, relative to the home; none may be missing or empty. A directory ends with /.",
            "outputs": "Which files count as its outputs: patterns below its directory, like work/*.md.",
            "owns": "What only it may write beside its own directory: paths relative to the home.",
            "cwd": "Where it works: relative to its worktree, where it gets one, else to the home.",
            "worktree": "Give it a git worktree and branch of its own: REPO or REPO@REF, or . for the repository that "
            "you work in. You see what it changed with diff, and take it over with merge.",
            "program": "What runs it. Leave it out for the policy's.",
            "model": "Its model. Leave it out: one tier in the whole swarm.",
            "queue": "Where no slot is free: wait for one, instead of a refusal.",
            "use_reserve": "Take a slot of the reserve: for what went wrong, by a role whose file says reserve: true.",
            "kill_stuck": "Where no slot is free: end agents of yours that are stuck, in the same step.",
            "dry_run": "Check everything and start nothing.",
        },
    ),
    command=True,
    narrow=True,
)
