"""One more thing: agents that write what is not theirs between two looks, and those that only ran beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from swarm.model.writes import Account, FileWrite, Territory
from swarm.rules.trespass import may_write, owner_of
from swarm.rules.write_accounts import count
from tests.campaign.case import Case

OWNER, FIXER, AUDIT, BUILDER, HELPER = "g/owner", "g/fixer", "g/audit", "g/builder", "g/owner/helper"
TERRITORIES = {
    each.agent: each
    for each in (
        Territory(OWNER, ("agents/g/owner", "docs"), scoped=True, confined=True),
        Territory(FIXER, ("agents/g/fixer",), scoped=False, confined=False),
        Territory(AUDIT, ("agents/g/audit",), scoped=True, confined=False),
        Territory(BUILDER, ("agents/g/builder", "build"), scoped=True, confined=True),
        Territory(HELPER, ("agents/g/owner/helper",), scoped=False, confined=False),
    )
}
PAGE, OWN = "docs/page.md", "docs/own.md"


@dataclass(frozen=True, kw_only=True)
class ScopeCase(Case):
    """What was written between two looks, and how much each agent's processes wrote meanwhile."""

    failure: int = 10
    writes: Mapping[str, tuple[int, ...]]
    """By path, the bytes that were added, and those of the whole file."""
    wrote: Mapping[str, int]
    told: Mapping[str, int] = field(default_factory=dict)
    """Of these in its output and in the audit log."""
    noisy: frozenset[str] = frozenset()
    """Agents whose books hardly ever balance."""


def judge(case: Case, directory: Path) -> str:
    """Who wrote what of whom; '' where no agent is named."""
    assert isinstance(case, ScopeCase)
    owners = {path: owner_of(path, TERRITORIES.values()) for path in case.writes}
    writes = [FileWrite(path, sizes) for path, sizes in case.writes.items()]
    accounts = [
        Account(
            agent,
            wrote,
            case.told.get(agent, 0),
            suspect=not TERRITORIES[agent].confined,
            sound=agent not in case.noisy,
        )
        for agent, wrote in case.wrote.items()
    ]
    return ", ".join(
        f"{agent} wrote {path} of {owners[path] or 'nobody'}"
        for path, agents in sorted(count(writes, accounts, owners).writers.items())
        for agent in sorted(agents)
        if not may_write(TERRITORIES[agent], path, owners[path])
    )


FIXED = f"{FIXER} wrote {PAGE} of {OWNER}"
ALONE = {PAGE: (15, 400)}
REPORTED = {**ALONE, "agents/g/fixer/progress.md": (35, 70)}
CASES = (
    ScopeCase(name="adds a line", right=FIXED, writes=ALONE, wrote={OWNER: 0, FIXER: 15}),
    ScopeCase(name="writes it anew", right=FIXED, writes=ALONE, wrote={OWNER: 0, FIXER: 400}),
    ScopeCase(name="while its owner works", right=FIXED, writes={**ALONE, OWN: (8, 90)}, wrote={OWNER: 8, FIXER: 15}),
    ScopeCase(name="and both add to it", right=FIXED, writes=ALONE, wrote={OWNER: 5, FIXER: 10}),
    ScopeCase(name="and reports", right=FIXED, writes=REPORTED, wrote={OWNER: 0, FIXER: 320}, told={FIXER: 270}),
    ScopeCase(
        name="beside a builder",
        right=FIXED,
        writes={**ALONE, "build/out": (9000,)},
        wrote={OWNER: 0, FIXER: 15, BUILDER: 51_000},
        noisy=frozenset({BUILDER}),
    ),
    ScopeCase(
        name="into another's report",
        right=f"{HELPER} wrote agents/g/owner/progress.md of {OWNER}",
        writes={"agents/g/owner/progress.md": (40, 80)},
        wrote={OWNER: 0, HELPER: 40},
    ),
    ScopeCase(
        name="an observer that fixes",
        right=f"{AUDIT} wrote fix.py of nobody",
        writes={"fix.py": (120,), "agents/g/audit/report.md": (300,)},
        wrote={AUDIT: 420, FIXER: 0},
    ),
    ScopeCase(name="its owner writes", writes={**ALONE, OWN: (8, 90)}, wrote={OWNER: 23, FIXER: 0, AUDIT: 0}),
    ScopeCase(name="the operator writes", writes=ALONE, wrote={OWNER: 0, FIXER: 0, AUDIT: 0}),
    ScopeCase(name="and an agent reports", writes=REPORTED, wrote={OWNER: 0, FIXER: 305}, told={FIXER: 270}),
    ScopeCase(name="and an agent writes elsewhere", writes=ALONE, wrote={OWNER: 0, FIXER: 23}),
    ScopeCase(name="two fit", writes=ALONE, wrote={OWNER: 0, FIXER: 15, AUDIT: 15}),
    ScopeCase(name="its owner and another fit", writes=ALONE, wrote={OWNER: 15, FIXER: 15}),
    ScopeCase(name="who was given the work", writes={"docs/part.md": (30,)}, wrote={OWNER: 0, HELPER: 30, FIXER: 0}),
    ScopeCase(name="a file of nobody's", writes={"notes.md": (30, 60)}, wrote={FIXER: 30, OWNER: 0}),
    ScopeCase(name="it fits by chance", writes=ALONE, wrote={OWNER: 0, FIXER: 15}, noisy=frozenset({FIXER})),
    ScopeCase(name="a file is taken away", writes={PAGE: ()}, wrote={OWNER: 0, FIXER: 0, AUDIT: 0}),
)
