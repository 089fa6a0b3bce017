"""The verbs with which an operator answers alerts, halts the whole swarm, and checks its files."""

from swarm.model.agent_verbs import AGENT
from swarm.model.verb import Argument, ArgumentKind, Verb, flag, option

ALERTS = Verb(
    "alerts",
    "list the alerts that are open: what a person should know",
    "alerts --all",
    (
        AGENT._replace(
            name="ids", help="only those of these agents and all below them (default: all)", many=True, required=False
        ),
        flag("all", "those that were acknowledged, too"),
    ),
    narrow=True,
)
ACK = Verb(
    "ack",
    "acknowledge alerts: you have seen them; what comes again afterwards is new again",
    "ack worker-1:looping",
    (
        Argument(
            "alerts",
            "ID all alerts of an agent, ID:CAUSE one of them, :CAUSE all of a cause (see alerts)",
            kind=ArgumentKind.ALERT,
            metavar="ALERT",
            many=True,
        ),
        flag("all", "all that are open"),
        flag("undo", "take it back: they are open again"),
    ),
)
FREEZE = Verb("freeze", "halt every agent of the swarm, and start none, until thaw", "freeze")
THAW = Verb("thaw", "let every agent that was halted go on, and start agents again", "thaw")
NOTIFY = Verb(
    "notify",
    "list who is told of alerts away from the terminal, or send each a test message",
    "notify --test",
    (
        Argument("target", "with --test: this one alone", metavar="NAME", default=""),
        flag("test", "send a test message now, and say whether it arrived"),
    ),
)
LINT = Verb(
    "lint",
    "check every rule of the protocol on a home, an agent or a directory of agents: place, what is wrong, cure",
    "lint idea-alpha",
    (
        Argument(
            "where",
            "an agent, with all below it; or a directory, also one that something else than swarm-tui filled: "
            "./DIR, /DIR (default: the whole home)",
            kind=ArgumentKind.AGENT,
            metavar="ID|DIR",
            default="",
        ),
        option(
            "format",
            "",
            "text for people, github for annotations of its checks",
            choices=("text", "github"),
            default="text",
        ),
        flag("strict", "exit status 1 for warnings, too"),
    ),
)
