"""The verbs with which an operator answers alerts and halts the whole swarm."""

from swarm.model.agent_verbs import AGENT
from swarm.model.verb import Argument, ArgumentKind, Verb, flag

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
    ),
)
FREEZE = Verb("freeze", "halt every agent of the swarm, and start none, until thaw", "freeze")
THAW = Verb("thaw", "let every agent that was halted go on, and start agents again", "thaw")
