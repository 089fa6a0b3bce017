"""lint: every rule of the protocol, on a home, or on one agent with all below it. Reads only."""

from swarm.home.context import Home
from swarm.home.resolve import resolve
from swarm.lint.linter import lint as check
from swarm.model.lint import LintReport
from swarm.scan.scanner import Scanner


def lint(home: Home, agent: str = "") -> LintReport:
    """What breaks the protocol in a home. agent: an id or the end of one, for it and all below it; '' for all.

    Raises NotFound where no agent, or more than one, is meant.
    """
    meant = resolve(home, agent) if agent else ""
    return check(home, Scanner(home).full(), meant)
