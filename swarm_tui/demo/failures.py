"""The ten failures of the field report, an agent each: `failure-3` plays the third, and an alert says so."""

from msgspec import Struct

from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm_tui.demo.agent_kit import MODEL, SCRIPTED, UNHELD
from swarm_tui.demo.home import INPUT
from swarm_tui.demo.spawns import REPORT, Spawn

BEGIN, APART = 2.5, 1.5
"""Minutes after which the first of them is spawned, and between two: the start is not slowed by them."""


class Failure(Struct, frozen=True):
    """One failure as the demo plays it. number: that of the field report."""

    number: int
    script: str
    task: str
    outcome: str
    alerts: tuple[AlertCause, ...]
    """One of these says that it is seen."""
    of_swarm: bool = False
    """The alert is the swarm's and names no agent."""
    role: str = "worker"
    outputs: tuple[str, ...] = ("work/*",)
    inputs: tuple[str, ...] = ()
    check: str = ""
    rejection: str = ""
    """The word with which the operator rejects its results."""
    program: str = ""
    model: str = ""

    @property
    def name(self) -> str:
        """The agent's name, which says the number on its row."""
        return f"failure-{self.number}"

    @property
    def spawn(self) -> Spawn:
        """How the agent that plays it is spawned."""
        return Spawn(
            at=BEGIN + APART * self.number,
            name=self.name,
            role=self.role,
            words=(self.script,),
            task=f"Failure {self.number} of the field report: {self.task}",
            outcome=self.outcome,
            slots=1,
            below=REPORT,
            outputs=self.outputs,
            inputs=self.inputs,
            check=self.check,
            program=self.program,
            model=self.model,
        )

    def is_seen_in(self, alert: Alert) -> bool:
        """Whether an alert, of the agent or of what runs below it, says that this failure is seen."""
        about = not alert.agent if self.of_swarm else self.name in alert.agent.split("/")
        return about and alert.cause in self.alerts


FAILURES = (
    Failure(
        1,
        "editor",
        "keep notes, in the file that the engine writes.",
        "no commit is lost",
        (AlertCause.STATE_REPAIRED,),
        of_swarm=True,
    ),
    Failure(
        2,
        "misnamed",
        "post what stands in your input.",
        "the post of day 3 is out",
        (AlertCause.INPUT, AlertCause.MISSPELT),
        inputs=(INPUT,),
    ),
    Failure(3, "parrot", "browse ten pages.", "ten pages are read", (AlertCause.LOOPING,)),
    Failure(
        4,
        "cheaper",
        "summarize the pages.",
        "each page has a summary that says something",
        (AlertCause.MODEL, AlertCause.TIER),
        program=SCRIPTED,
        model=MODEL,
    ),
    Failure(
        5,
        "roleless",
        "write ten texts as your role says.",
        "ten texts in the tone of the house",
        (AlertCause.ROLE_UNREAD,),
        program=SCRIPTED,
        model=MODEL,
    ),
    Failure(6, "creep", "one part, alone.", "the part is there", (AlertCause.STRAY,)),
    Failure(7, "hostile", "read what strangers wrote.", "twenty findings with sources", (AlertCause.INJECTION,)),
    Failure(8, "forgotten", "write a report.", "the report has four pages", (AlertCause.RESULTS_UNREAD,)),
    Failure(
        9,
        "hollow",
        "bring the purchase link about.",
        "the first purchase link is live",
        (AlertCause.DISPUTED,),
        check="test -s purchase-link",
        rejection="An activity is no outcome: there is no link.",
    ),
    Failure(
        10,
        "meddler",
        "observe the last heartbeats, and fix nothing.",
        "report.md names what was looked at and found",
        (AlertCause.TRESPASS, AlertCause.OUTSIDE),
        role="improvement",
        outputs=("report.md",),
        program=UNHELD,
    ),
)
"""In the order of the report."""
