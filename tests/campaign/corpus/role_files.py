"""What agents read of the shared rules and their role before their second update, as their programs tell."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from swarm.home.context import Home
from swarm.ledger.ledger import Ledger
from swarm.model.causes import ProblemCode
from swarm.protocol.paths import Layout
from tests.campaign.case import HONEST, Case
from tests.support.clocks import FakeClock
from tests.support.trees import Grove, enter, record_of, scanner_of, view_in

UNREAD = ProblemCode.ROLE_UNREAD.value
RULES, ROLE = "{home}/roles/_shared-rules.md", "{home}/roles/worker.md"


@dataclass(frozen=True, kw_only=True)
class RoleCase(Case):
    """The tool calls of an agent, as (tool, argument, whether it failed); `{home}` stands for the home."""

    failure: int = 5
    calls: tuple[tuple[str, str, bool], ...]
    updates: int = 2
    tells: bool = True
    """Its program tells what it does."""
    by_subagent: bool = False


def judge(case: RoleCase, directory: Path) -> str:
    """The problem that the agent's row shows."""
    layout, clock = Layout(directory), FakeClock()
    grove = Grove(directory, foreign=False)
    layout.policy.write_text(
        '[programs.coder]\nkind = "command"\nargv = ["coder"]\n' + 'format = "claude"\n' * case.tells
    )
    Ledger.create(layout, clock)
    layout.roles.mkdir()
    layout.shared_rules.write_text("The rules.")
    layout.role("worker").write_text("The role.")
    progress = "".join(f"2026-02-28 09:3{number} - Text {number} is written.\n" for number in range(case.updates))
    agent = grove.managed("1", program="coder", progress=progress)
    agent.log.mkdir()
    lines = [json.dumps(line) for line in _stream(case, str(layout.root))]
    agent.stdout.write_text("\n".join(lines) + "\n")
    enter(Home.open(layout, clock=clock), record_of("1", program="coder"))
    problems = view_in(scanner_of(layout, clock).full(), "1").problems
    return UNREAD if any(problem.code is ProblemCode.ROLE_UNREAD for problem in problems) else HONEST


def _stream(case: RoleCase, home: str) -> Iterable[dict[str, object]]:
    parent = "sub-1" if case.by_subagent else None
    yield {"type": "system", "subtype": "init", "session_id": "s", "model": "claude-sonnet-5"}
    for number, (tool, argument, failed) in enumerate(case.calls):
        text = argument.format(home=home)
        given = {"Bash": {"command": text}, "ReadMany": {"include": text.splitlines()}}.get(tool, {"file_path": text})
        use = {"type": "tool_use", "id": f"t{number}", "name": tool, "input": given}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": "", "is_error": failed}
        message = {"id": f"m{number}", "role": "assistant", "model": "claude-sonnet-5", "content": [use]}
        yield {"type": "assistant", "message": message, "parent_tool_use_id": parent}
        yield {"type": "user", "message": {"role": "user", "content": [result]}, "parent_tool_use_id": parent}
    message = {
        "id": "last",
        "role": "assistant",
        "model": "claude-sonnet-5",
        "content": [{"type": "text", "text": "So."}],
    }
    yield {"type": "assistant", "message": message}


BOTH = (("Read", RULES, False), ("Read", ROLE, False))
CASES = (
    RoleCase(name="neither", right=UNREAD, calls=(("Read", "{home}/swarm/agents/1/task.md", False),)),
    RoleCase(name="no call at all", right=UNREAD, calls=()),
    RoleCase(name="the rules alone", right=UNREAD, calls=BOTH[:1]),
    RoleCase(name="its role alone", right=UNREAD, calls=BOTH[1:]),
    RoleCase(name="another role", right=UNREAD, calls=(BOTH[0], ("Read", "{home}/roles/scout.md", False))),
    RoleCase(
        name="names that lead nowhere",
        right=UNREAD,
        calls=(("Read", "roles/_shared-rules.md", True), ("Bash", "cat roles/worker.md", True)),
    ),
    RoleCase(
        name="the template of its role", right=UNREAD, calls=(BOTH[0], ("Bash", "cat swarm/templates/worker.md", False))
    ),
    RoleCase(name="only its sub-agent did", right=UNREAD, calls=BOTH, by_subagent=True),
    RoleCase(name="both", calls=BOTH),
    RoleCase(name="both, by the shell", calls=(("Bash", f"cat {RULES} {ROLE}", False),)),
    RoleCase(name="both, by one pattern", calls=(("Bash", "cat {home}/roles/*.md", False),)),
    RoleCase(
        name="both, from where they lie", calls=(("Bash", "cd {home}/roles && cat _shared-rules.md worker.md", False),)
    ),
    RoleCase(
        name="both, in parts", calls=(("Bash", f"sed -n 1,80p {RULES}", False), ("Bash", f"head -50 {ROLE}", False))
    ),
    RoleCase(
        name="both found, though its program may not open them", calls=(("Read", RULES, True), ("Read", ROLE, True))
    ),
    RoleCase(name="both, by a list of files", calls=(("ReadMany", f"{RULES}\n{ROLE}", False),)),
    RoleCase(name="it has reported once", calls=(), updates=1),
    RoleCase(name="a program that does not tell", calls=(), tells=False),
)
