"""Who needs a person, in words and signs: the same on status lines, titles, folds and the command line."""

from swarm.model.causes import Severity
from swarm.rules.attention import need_words
from widgets.cells import Cell, Cells
from widgets.charset import UNICODE, Charset


def need_sign(severity: Severity | None, charset: Charset = UNICODE) -> Cell:
    """The sign of so bad a need, in its colour; that of all being well for none."""
    if severity is None:
        return Cell(charset.ended, "muted")
    return Cell(charset.failed if severity is Severity.DANGER else charset.warned, severity.value)


def need_cell(count: int, severity: Severity | None, charset: Charset = UNICODE, between: str = " ") -> Cell:
    """`✖ 2 need you`, `✔ nobody needs you`."""
    sign = need_sign(severity, charset)
    return Cell(f"{sign.text}{between}{need_words(count)}", sign.role)


def fold_cells(folded: int, needs: int, severity: Severity | None, charset: Charset = UNICODE) -> Cells:
    """` ▸19`, and ` ▸19 ✖1` where a person is needed below the fold."""
    cells = [Cell(f" {charset.fold}{folded}", "muted")]
    if needs:
        sign = need_sign(severity, charset)
        cells.append(Cell(f" {sign.text}{needs}", sign.role))
    return tuple(cells)
