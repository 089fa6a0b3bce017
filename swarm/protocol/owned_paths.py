"""What the paths that an agent owns hold: a pattern counts as the directory before its first wildcard."""


def overlap(one: str, other: str) -> bool:
    """Two paths of which one contains the other."""
    mine, theirs = fixed_parts(one), fixed_parts(other)
    shared = min(len(mine), len(theirs))
    return mine[:shared] == theirs[:shared]


def lies_in(path: str, place: str) -> bool:
    """Whether a path is a place or lies below it. A place with a wildcard holds nothing for sure."""
    fixed = fixed_parts(place)
    return (
        fixed == [part for part in place.split("/") if part not in ("", ".")]
        and fixed_parts(path)[: len(fixed)] == fixed
    )


def fixed_parts(path: str) -> list[str]:
    """The names of a path up to its first wildcard."""
    parts: list[str] = []
    for part in path.split("/"):
        if any(wildcard in part for wildcard in "*?["):
            break
        if part not in ("", "."):
            parts.append(part)
    return parts
