"""Why this home is only looked at (missing, foreign, read-only, newer, full), and what is wrong with all of it."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.reactive import reactive

from swarm.model.snapshot import Access, Problem
from widgets.cells import Cell, Cells, fit_cells, quote
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of
from widgets.paragraphs import wrap

MOST_LINES = 3
ACCESS_TITLES = {
    Access.WRITABLE: "",
    Access.MISSING: "There is no swarm home here.",
    Access.FOREIGN: "Not a swarm home: these agents are watched, never touched.",
    Access.READ_ONLY: "This home cannot be written: you can look, nothing can be done.",
    Access.NEWER: "This home is of a newer version: you can look, nothing can be done.",
    Access.FULL: "The disk is full: agents can be ended, and nothing new is started.",
    Access.BAD_POLICY: "swarm.toml is wrong: agents can be ended, and no agent is started until it is mended.",
    Access.DAMAGED: "The ledger is damaged: you can look; mend it with: swarm-tui doctor --rebuild",
    Access.ASKED: "Opened to look only, as asked.",
}
"""One sentence for each reason."""


def banner_lines(
    access: Access,
    why: str,
    problems: Sequence[tuple[str, Problem]],
    width: int,
    charset: Charset = UNICODE,
) -> tuple[str, ...]:
    """The lines of the banner, MOST_LINES at most; none while the home can be written and nothing is wrong with it.

    problems: those of no single agent's view, as (agent id or '', problem); the first is said, the others are counted.
    """
    said: list[str] = []
    if access is not Access.WRITABLE:
        said.append(f"{ACCESS_TITLES[access]} {quote(why)}".rstrip())
    if problems:
        agent, problem = problems[0]
        more = f" (and {len(problems) - 1} more: swarm-tui doctor)" if len(problems) > 1 else ""
        said.append(f"{f'{quote(agent)}: ' if agent else ''}{quote(problem.text)}{more}")
    lines = [line for text in said for line in wrap(f"{charset.warned} {text}", max(1, width - 2))]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + charset.cut]
    return tuple(f" {line}" for line in lines)


class Banner(CellLine):
    """Hidden while the home can be written and nothing is wrong with it; else it says why not, and what."""

    DEFAULT_CSS = """
    Banner { height: auto; background: $warning; color: $background; text-style: bold; display: none; }
    Banner.-shown { display: block; }
    Banner:ansi { background: ansi_yellow; color: ansi_black; }
    Banner:nocolor { text-style: reverse; }
    """

    access: reactive[Access] = reactive(Access.WRITABLE, layout=True)
    why: reactive[str] = reactive("", layout=True)
    problems: reactive[tuple[tuple[str, Problem], ...]] = reactive((), layout=True)

    def update_access(self, access: Access, why: str = "", problems: tuple[tuple[str, Problem], ...] = ()) -> None:
        """Say this; WRITABLE without a problem hides the banner."""
        self.access = access
        self.why = why
        self.problems = problems
        self.set_class(access is not Access.WRITABLE or bool(problems), "-shown")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return len(banner_lines(self.access, self.why, self.problems, width, charset_of(self)))

    def line_cells(self, y: int, width: int) -> Cells:
        lines = banner_lines(self.access, self.why, self.problems, width, charset_of(self))
        return fit_cells((Cell(lines[y] if y < len(lines) else ""),), width, charset_of(self).cut)
