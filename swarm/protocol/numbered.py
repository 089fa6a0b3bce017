"""Names beside a name that is taken: NAME.1, NAME.2, ..."""

import os
from pathlib import Path

LONGEST = 200


def numbered(path: Path, number: int, longest: int = LONGEST) -> Path:
    """The name with a number, cut so that it has `longest` characters at most."""
    return path.with_name(f"{path.name[: longest - 1 - len(str(number))]}.{number}")


def free_beside(path: Path, longest: int = LONGEST) -> Path:
    """The first of NAME.1, NAME.2, ... that is free."""
    number = 1
    while not is_free(beside := numbered(path, number, longest)):
        number += 1
    return beside


def is_free(path: Path) -> bool:
    """Whether nothing lies there, or only the empty directory of a mover that died (`store.moves`)."""
    try:
        return not os.listdir(path)
    except FileNotFoundError:
        return not os.path.lexists(path)
    except OSError:
        return False
