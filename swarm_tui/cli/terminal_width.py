"""How wide standard output is, and which signs it can carry."""

import os

from swarm_tui.cli.output import Output
from widgets.charset import Charset, charset_for

PIPE_COLUMNS = 200
"""How wide a list is where no terminal gives the width."""


def charset_of(out: Output) -> Charset:
    """The signs that standard output can carry."""
    return charset_for(out.out.encoding)


def width_of(out: Output) -> int | None:
    """The columns of the terminal, 20 at least; None where standard output is none."""
    if not out.tty:
        return None
    try:
        columns = os.get_terminal_size(out.out.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(20, columns or 80)
