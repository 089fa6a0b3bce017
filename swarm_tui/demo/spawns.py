"""Whom the demo's operator spawns, and when."""

from msgspec import Struct

from swarm.model.agent import Acceptance
from swarm.model.requests import SpawnRequest
from swarm_tui.demo.agent_kit import CASES, agent_command


class Spawn(Struct, frozen=True):
    """One spawn by the operator. at: minutes of the protocol after the start."""

    at: float
    name: str
    role: str
    words: tuple[str, ...]
    task: str
    outcome: str
    slots: int | None = None
    below: str = ""
    """The agent that it is put below; '' for the root."""
    outputs: tuple[str, ...] = ("work/*",)
    queue: bool = False
    use_reserve: bool = False
    inputs: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    program: str = ""
    model: str = ""
    check: str = ""
    """A command that proves the outcome; '' where none does."""

    def id_in(self, root: str) -> str:
        """The id of the agent. root: the id of the swarm's root."""
        return f"{self.parent_in(root)}/{self.name}"

    def parent_in(self, root: str) -> str:
        """The id of the agent above it."""
        return f"{root}/{self.below}" if self.below else root

    def request(self, root: str) -> SpawnRequest:
        """What the verb is asked for. root: the id of the swarm's root."""
        return SpawnRequest(
            name=self.name,
            role=self.role,
            task=self.task,
            parent=self.parent_in(root),
            slots=self.slots,
            accept=(Acceptance(self.outcome, self.check or None),),
            inputs=self.inputs,
            outputs=self.outputs,
            owns=self.owns,
            program=self.program,
            model=self.model,
            command=agent_command(*self.words),
            queue=self.queue,
            use_reserve=self.use_reserve,
        )


BUILDER, PATIENT, COURIER, SCOUT, CRASHED = "long-build", "test-runner", "courier", "scout-01", "deploy-check"
UNREADABLE, WAITING, DIAGNOSTIC, VISITOR = "tidy-up", "translation", "diagnostic-1", "visitor-01"
ALPHA, BETA, REPORT = "idea-alpha", "idea-beta", "field-report"
SPAWNS = (
    Spawn(
        0,
        ALPHA,
        "idea-meta",
        ("alpha",),
        "A shop page that sells.",
        "the page is live with price and button",
        4,
        outputs=(),
    ),
    Spawn(0, BETA, "idea-meta", ("beta",), "A report on the market.", "a report of four pages is there", 2, outputs=()),
    Spawn(
        0,
        REPORT,
        "idea-meta",
        ("report",),
        "Play the ten failures, one row each.",
        "each of the ten is seen through",
        13,
    ),
    Spawn(0, SCOUT, "scout", ("scout",), "Who sells this, and for how much?", "ten pages read, prices with sources", 2),
    Spawn(0, BUILDER, "worker", ("builder",), "Build everything from scratch.", "the build is through"),
    Spawn(0, COURIER, "worker", ("patient", "parcels"), "Carry files over.", "all parcels are over there"),
    Spawn(0, UNREADABLE, "worker", ("unreadable",), "Tidy up.", "nothing lies around"),
    Spawn(
        0,
        PATIENT,
        "worker",
        ("patient", "tests"),
        "Run the tests, one by one.",
        "every case passes",
        owns=(CASES,),
    ),
    Spawn(
        0,
        "copy-desk",
        "worker",
        ("worker", "copy", "4"),
        "Read the copy twice.",
        "four texts without a mistake",
        check="test -s swarm/agents/genesis-01/copy-desk/work/copy-4.md",
    ),
    Spawn(0, CRASHED, "worker", ("crash",), "Check the deployment.", "staging answers with 200"),
    Spawn(
        3, WAITING, "worker", ("worker", "translation", "12"), "Translate it.", "twelve pages translated", queue=True
    ),
    Spawn(
        48,
        DIAGNOSTIC,
        "diagnostic",
        ("diagnostic",),
        "field-report/failure-3 speaks and produces nothing. Find out why. Change nothing.",
        "the cause is named with evidence",
        outputs=("diagnosis.md",),
        use_reserve=True,
    ),
)
