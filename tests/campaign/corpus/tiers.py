"""Models of living agents: what was ordered, what changed that, what answers, and a tier that is set later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.causes import ProblemCode
from swarm.protocol.paths import Layout
from tests.campaign.case import Case
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, scanner_of

CODER = """
[programs.coder]
kind = "command"
argv = ["coder"]
format = "claude"
"""
"""A program whose output says which model answers."""


@dataclass(frozen=True, kw_only=True)
class TierCase(Case):
    """Some agents, the oldest first, and what swarm.toml says when a heartbeat looks at them."""

    failure: int = 4
    agents: tuple[Mapping[str, Any], ...]
    """Of each: fields of its spec; `answers` for the model that its program says."""
    toml: str = ""


def judge(case: TierCase, directory: Path) -> str:
    """The agents, by number, of which a scan says that they are of another tier."""
    layout, clock = Layout(directory), FakeClock()
    grove = Grove(directory, foreign=False)
    layout.policy.write_text(case.toml + CODER)
    Ledger.create(layout, clock)
    records = []
    for number, fields in enumerate(case.agents, start=1):
        spec = {key: value for key, value in fields.items() if key != "answers"}
        agent = grove.managed(str(number), **spec)
        if "answers" in fields:
            agent.log.mkdir()
            line = {"type": "system", "subtype": "init", "session_id": "s", "model": fields["answers"]}
            agent.stdout.write_text(json.dumps(line) + "\n")
        records.append(record_of(str(number), program=spec.get("program", "command"), spawned=float(number)))
    enter(Home.open(layout, clock=clock), *records)
    views = scanner_of(layout, clock).full().agents
    return ", ".join(view.id for view in views if any(each.code is ProblemCode.TIER for each in view.problems))


TIER = '[models]\ntier = "sonnet"\n'
CLAUDE = {"program": "claude", "model": "sonnet"}
CASES = (
    TierCase(name="one ordered another model", right="2", agents=(CLAUDE, CLAUDE | {"model": "haiku"})),
    TierCase(
        name="a variable of the spawn",
        right="2",
        agents=(CLAUDE, {"program": "claude", "env": {"ANTHROPIC_MODEL": "claude-haiku-4-5"}}),
    ),
    TierCase(name="a variable, and a tier", right="1", toml=TIER, agents=({"env": {"ANTHROPIC_MODEL": "haiku"}},)),
    TierCase(
        name="a variable that gives a family another meaning",
        right="2",
        toml=TIER,
        agents=(CLAUDE, CLAUDE | {"env": {"ANTHROPIC_DEFAULT_SONNET_MODEL": "claude-haiku-4-5"}}),
    ),
    TierCase(
        name="a variable for sub-agents",
        right="1",
        toml=TIER,
        agents=(CLAUDE | {"env": {"CLAUDE_CODE_SUBAGENT_MODEL": "haiku"}},),
    ),
    TierCase(
        name="an option in swarm.toml",
        right="1",
        toml=TIER + '[programs.cheap]\nkind = "claude"\nargs = ["--model", "haiku"]\n',
        agents=(CLAUDE | {"program": "cheap"}, CLAUDE),
    ),
    TierCase(
        name="a variable in swarm.toml",
        right="1",
        toml=TIER + '[programs.fast]\nkind = "gemini"\nenv = {GEMINI_MODEL = "gemini-flash"}\n',
        agents=({"program": "fast"},),
    ),
    TierCase(
        name="a setting of Codex",
        right="1",
        toml='[models]\ntier = "gpt-5"\n[programs.codex]\nargs = ["-c", "model=gpt-5-mini"]\n',
        agents=({"program": "codex", "model": "gpt-5"},),
    ),
    TierCase(name="a command's own option", right="1", toml=TIER, agents=({"argv": ["claude", "-p", "--model=opus"]},)),
    TierCase(
        name="a tier that was set later",
        right="1, 2",
        toml=TIER,
        agents=(CLAUDE | {"model": "haiku"}, {"program": "opencode"}, CLAUDE),
    ),
    TierCase(
        name="another one answers than is the tier",
        right="1",
        toml=TIER,
        agents=({"program": "coder", "argv": [], "answers": "claude-haiku-4-5"},),
    ),
    TierCase(
        name="another one answers than answers the first",
        right="2",
        agents=(
            {"program": "coder", "argv": [], "answers": "claude-sonnet-5"},
            {"program": "coder", "argv": [], "answers": "claude-haiku-4-5"},
        ),
    ),
    TierCase(name="all of one tier", toml=TIER, agents=(CLAUDE, CLAUDE | {"model": "claude-sonnet-5"})),
    TierCase(
        name="the same model by another of its names",
        toml=TIER,
        agents=({"program": "coder", "argv": [], "answers": "us.anthropic.claude-sonnet-5-20260101-v1:0"},),
    ),
    TierCase(
        name="mixed ones are allowed",
        toml="[models]\nallow_mixed = true\n",
        agents=(CLAUDE, CLAUDE | {"model": "haiku"}),
    ),
    TierCase(
        name="nobody said a model", agents=({"program": "claude"}, {"program": "claude"}, {"argv": ["sleep", "1"]})
    ),
    TierCase(name="models of different makers", agents=(CLAUDE, {"program": "codex", "model": "gpt-5"})),
    TierCase(name="a plain command, and a tier", toml=TIER, agents=({"argv": ["python", "-m", "pytest"]},)),
    TierCase(
        name="a variable that says the same",
        toml=TIER,
        agents=({"program": "claude", "env": {"ANTHROPIC_MODEL": "claude-sonnet-5"}},),
    ),
    TierCase(
        name="the root by its own setting",
        toml=TIER + '[root]\nid = "1"\nmodel = "opus"\n',
        agents=({"program": "claude", "model": "opus"},),
    ),
)
