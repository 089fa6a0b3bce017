"""Results that say success: some of them hollow, some of them modest and good. What is right is what is disputed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.model.record import Phase, Record
from swarm.model.review import DisputeKind
from swarm.probes.named_outputs import missing_outputs
from swarm.probes.outputs import outputs_of
from swarm.protocol.agent_files import read_results, read_spec
from swarm.rules.results.disputes import disputes_of, hollow
from tests.campaign.case import HONEST, Case
from tests.support.trees import Grove

AGENT = "worker-1"


@dataclass(frozen=True, kw_only=True)
class OutcomeCase(Case):
    """What an agent leaves at its end. files: by their path in its directory, what is in them."""

    failure: int = 9
    results: object = field(default_factory=lambda: {"status": "success", "summary": "All of it is done."})
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    """What its spawn declared."""
    checks: tuple[tuple[str, bool], ...] = ()
    """What the checks of its outcomes said."""
    spec: Mapping[str, Any] = field(default_factory=dict)


def judge(case: OutcomeCase, directory: Path) -> str:
    """The kinds of what is disputed when it ends; HONEST where nothing is."""
    grove = Grove(directory, foreign=False)
    agent = grove.managed(AGENT, results=case.results, outputs=list(case.outputs), **case.spec)
    for path, text in case.files.items():
        (agent.path / path).parent.mkdir(parents=True, exist_ok=True)
        (agent.path / path).write_text(text)
    spec, results = read_spec(agent).value, read_results(agent)
    counted = outputs_of(grove.layout, AGENT, spec, 0.0).number if spec is not None and spec.outputs else None
    missing = missing_outputs(grove.layout, AGENT, spec, results.outputs)
    disputes = hollow(results, spec, counted, missing)
    record = Record(AGENT, "s", Phase.ENDED, disputes=disputes, acceptance=case.checks)
    return ", ".join(dict.fromkeys(each.kind.value for each in disputes_of(record))) or HONEST


def _success(**more: object) -> dict[str, object]:
    return {"status": "success", "summary": "All activities were carried out.", **more}


EMPTY, NO_OUTPUTS, MISSING, EMPTY_FILES, OWN_WORD, CHECK = (
    kind.value
    for kind in (
        DisputeKind.EMPTY,
        DisputeKind.NO_OUTPUTS,
        DisputeKind.MISSING_OUTPUT,
        DisputeKind.EMPTY_OUTPUTS,
        DisputeKind.OWN_WORD,
        DisputeKind.CHECK,
    )
)
REPORT = {"work/report.md": "# Report\n"}
LIVE, NOT_LIVE = ("the link is live", True), ("the link is live", False)
CASES = (
    OutcomeCase(name="{}", right=EMPTY, results={}),
    OutcomeCase(name="{} and declared outputs", right=EMPTY, results={}, outputs=("work/*",)),
    OutcomeCase(name="a status and no word", right=EMPTY, results={"status": "success"}),
    OutcomeCase(name="a blank summary", right=EMPTY, results={"status": "success", "summary": "  \n"}),
    OutcomeCase(name="none of the declared outputs", right=NO_OUTPUTS, outputs=("work/*.md",)),
    OutcomeCase(name="another file than declared", right=NO_OUTPUTS, outputs=("*.csv",), files=REPORT),
    OutcomeCase(name="names what is not there", right=MISSING, results=_success(outputs=["work/report.md"])),
    OutcomeCase(
        name="names two, and one is there",
        right=MISSING,
        results=_success(outputs=["work/report.md", "work/prices.md"]),
        files=REPORT,
    ),
    OutcomeCase(
        name="a name in another spelling",
        right=MISSING,
        results=_success(outputs=["work/Report-1.md"]),
        files=REPORT,
    ),
    OutcomeCase(
        name="partial, and names what is not there",
        right=MISSING,
        results={"status": "partial", "summary": "Half of it.", "outputs": ["half.md"]},
    ),
    OutcomeCase(
        name="only empty files",
        right=EMPTY_FILES,
        results=_success(outputs=["a.md", "b.md"]),
        files={"a.md": "", "b.md": ""},
    ),
    OutcomeCase(
        name="its own word is no",
        right=OWN_WORD,
        results=_success(acceptance=[{"text": "the link is live", "passed": False}]),
    ),
    OutcomeCase(
        name="one of three is no by its own word",
        right=OWN_WORD,
        results=_success(
            acceptance=[{"text": text, "passed": text != "the link is live"} for text in ("a", "b", "the link is live")]
        ),
    ),
    OutcomeCase(name="a check fails", right=CHECK, checks=(NOT_LIVE,)),
    OutcomeCase(name="one check of two fails", right=CHECK, checks=(LIVE, NOT_LIVE), files=REPORT),
    OutcomeCase(
        name="no outputs, and the check fails",
        right=f"{NO_OUTPUTS}, {CHECK}",
        outputs=("work/*",),
        checks=(NOT_LIVE,),
    ),
    OutcomeCase(name="a summary, and nothing was declared"),
    OutcomeCase(name="declared and made", outputs=("work/*.md",), files=REPORT),
    OutcomeCase(name="named and there", results=_success(outputs=["work/report.md"]), files=REPORT),
    OutcomeCase(name="named with its size", results=_success(outputs=["work/report.md (1 page)"]), files=REPORT),
    OutcomeCase(name="a directory that is there", results=_success(outputs=["work/"]), files=REPORT),
    OutcomeCase(name="an address of the net", results=_success(outputs=["https://example.org/buy"])),
    OutcomeCase(
        name="one empty file beside a full one",
        results=_success(outputs=["work/report.md", "work/__init__.py"]),
        files={**REPORT, "work/__init__.py": ""},
    ),
    OutcomeCase(
        name="no word, and the outputs are there", results={"status": "success"}, outputs=("work/*",), files=REPORT
    ),
    OutcomeCase(name="checks pass", checks=(LIVE,)),
    OutcomeCase(
        name="all reached by its own word",
        results=_success(acceptance=[{"text": "the link is live", "passed": True}]),
    ),
    OutcomeCase(
        name="partial, and says what is not reached",
        results={"status": "partial", "summary": "No link yet.", "acceptance": [{"text": "live", "passed": False}]},
        outputs=("work/*",),
    ),
    OutcomeCase(name="says itself that it failed", results={"status": "failed", "summary": "The shop refuses."}),
)
