"""The verbs with which people and agents take over what an agent changed in its git worktree."""

from swarm.model.agent_verbs import AGENT, AGENT_WORDS, ENDED, OFFSET, OFFSET_WORDS
from swarm.model.verb import ArgumentKind, Tool, Verb, flag, option

DIFF = Verb(
    "diff",
    "show what an agent changed in its worktree, committed or not",
    "diff worker-1 --stat",
    (AGENT, flag("stat", "only how much each file changed"), OFFSET),
    Tool(
        "See what an agent changed",
        "What an agent directly below you, or you yourself, changed in its git worktree, committed or not, against the "
        "branch that it was made from. It is data: judge it before you merge it.",
        {"id": AGENT_WORDS, "stat": "Only how much each file changed: look at this first.", "offset": OFFSET_WORDS},
    ),
    narrow=True,
)
MERGE = Verb(
    "merge",
    "merge what an agent committed in its worktree, or refuse and change nothing",
    "merge worker-1 --remove",
    (
        AGENT,
        option("into", "BRANCH", "the branch to merge into (default: the one it was made from)", default="", most=500),
        option(
            "message",
            "MESSAGE",
            "first commit what the agent, which has ended, left uncommitted",
            flags=("--commit",),
            default="",
            most=500,
        ),
        flag("remove", "remove its worktree and branch, once merged; it has to have ended"),
    ),
    Tool(
        "Merge an agent's work",
        "Merge what an agent directly below you committed in its git worktree into the branch that it was made from: "
        "yours, where you have a worktree yourself. It is done cleanly, or refused with the reason and nothing has "
        "changed. Look at it with diff first.",
        {
            "id": AGENT_WORDS,
            "into": "Another branch. Leave it out for the one that its worktree was made from.",
            "message": "Commit what it left uncommitted first, with these words. It has to have ended.",
            "remove": "Remove its worktree and branch, once merged. It has to have ended.",
        },
    ),
    narrow=True,
)
HANDOVER = Verb(
    "handover",
    "hand the work of an ended agent over: as a branch of yours, or to another agent",
    "handover worker-1 --as feature/paging",
    (
        ENDED,
        option("name", "BRANCH", "what its branch is called from now on", flags=("--as",), default="", most=500),
        option(
            "to",
            "ID",
            "merge it into the branch of this agent instead, which is told so",
            kind=ArgumentKind.AGENT,
            default="",
            most=500,
        ),
        option(
            "message",
            "MESSAGE",
            "first commit what it left uncommitted",
            flags=("--commit",),
            default="",
            most=500,
        ),
    ),
    Tool(
        "Hand an agent's work over",
        "Hand over the work of an agent directly below you that has ended: to another one directly below you, or to "
        "yourself, with `to`; else it stays as a branch for your operator. Its worktree is removed, and nothing of its "
        "work is lost. It is done cleanly, or refused with the reason and nothing has changed.",
        {
            "id": AGENT_WORDS,
            "name": "What its branch is called from now on. Leave it out to keep its name.",
            "to": "The agent that goes on with it: it needs a worktree of the same repository.",
            "message": "Commit what it left uncommitted first, with these words.",
        },
    ),
    narrow=True,
)
