"""Shared rules and roles that change between two heartbeats, and who is said to have been able to do it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.causes import ProblemCode
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from tests.campaign.case import HONEST, Case
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, scanner_of


@dataclass(frozen=True, kw_only=True)
class ChangeCase(Case):
    """What happens to the files in `roles/`, which both agents were spawned under."""

    failure: int = 5
    happens: Callable[[Path], object]
    agents: Mapping[str, Mapping[str, Any]]
    """By name: fields of the specs of those that run."""


def judge(case: ChangeCase, directory: Path) -> str:
    """The names of the agents that could have done it, as the home says, `nobody` for none of them."""
    layout, clock = Layout(directory), FakeClock()
    grove = Grove(directory, foreign=False)
    Ledger.create(layout, clock)
    layout.roles.mkdir()
    for name in ("_shared-rules", "worker"):
        (layout.roles / f"{name}.md").write_text("What holds.")
    home = Home.open(layout, clock=clock)
    before = scanner_of(layout, clock).full().role_files
    home.ledger.commit(lambda state: replace(state, role_files=before), purpose="a heartbeat")
    for name, fields in case.agents.items():
        grove.managed(name, **fields)
        enter(home, record_of(name, program=fields.get("program", "command")))
    case.happens(layout.roles)
    said = [each.text for _, each in scanner_of(layout, clock).full().problems if each.code is ProblemCode.ROLE_FILES]
    if not said:
        return HONEST
    could = said[0].rpartition(" done by ")[2]
    return ", ".join(name for name in case.agents if name in could.split(", ")) or "nobody"


def _rewritten(roles: Path) -> None:
    (roles / "worker.md").write_text("What holds.")
    os.utime(roles / "worker.md")


def _change(name: str) -> Callable[[Path], object]:
    return lambda roles: (roles / name).write_text("Whatever it takes.")


TWO: Mapping[str, Mapping[str, Any]] = {"free": {}, "held": {"program": "codex", "owns": ["src"]}}
CASES = (
    ChangeCase(name="a role changed", right="free", happens=_change("worker.md"), agents=TWO),
    ChangeCase(name="the rules changed", right="free", happens=_change("_shared-rules.md"), agents=TWO),
    ChangeCase(
        name="a role emptied", right="free", happens=lambda roles: (roles / "worker.md").write_text(""), agents=TWO
    ),
    ChangeCase(name="a role removed", right="free", happens=lambda roles: (roles / "worker.md").unlink(), agents=TWO),
    ChangeCase(
        name="changed where one owns it",
        right="held",
        happens=_change("worker.md"),
        agents={"held": {"program": "codex", "owns": ["roles"]}, "other": {"program": "claude", "scope": "observe"}},
    ),
    ChangeCase(
        name="changed, and each agent is held elsewhere",
        right="nobody",
        happens=_change("worker.md"),
        agents={"held": {"program": "codex", "owns": ["src"]}},
    ),
    ChangeCase(name="nothing changed", happens=lambda _: None, agents=TWO),
    ChangeCase(name="written as it was", happens=_rewritten, agents=TWO),
    ChangeCase(name="a role added", happens=_change("critic.md"), agents=TWO),
    ChangeCase(name="changed while no agent runs", happens=_change("worker.md"), agents={}),
)
