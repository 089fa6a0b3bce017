"""Says of a spawn whose outcomes no command proves that its own word will have to do (failure 9)."""

from collections.abc import Iterator

from swarm.admission.scope import may_give_checks
from swarm.home.context import Home
from swarm.model.agent import AgentSpec

HINT = 'Name one with its check, like "report.md names three sources::test -s report.md".'
SHOWN = 120
"""Characters of an outcome that are shown."""


def warnings(home: Home, spec: AgentSpec) -> Iterator[str]:
    """One sentence about a spec with no check, or with outcomes that have none; nothing where each has one.

    What is said counts on no verb and no word of the outcome. A caller who may give no check is not asked for one.
    """
    open_ones = [outcome.text for outcome in spec.acceptance if not outcome.check]
    if (spec.acceptance and not open_ones) or not may_give_checks(home):
        return
    if not spec.acceptance:
        declared = " but whether its declared outputs are there" if spec.outputs else ""
        yield f"No outcome was given: nothing will be checked{declared}. {HINT}"
    elif len(open_ones) == len(spec.acceptance):
        yield f"No command checks what it is to bring about: its own word will have to do. {HINT}"
    else:
        more = f" and {len(open_ones) - 1} more" if len(open_ones) > 1 else ""
        yield f"No command checks {open_ones[0][:SHOWN]!r}{more}. {HINT}"
