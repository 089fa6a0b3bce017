"""Where a setting stands in a text of TOML, for those who are told that it is wrong."""

import re


def line_of(location: list[str], text: str) -> int | None:
    """Returns the line of a key, found by walking tables as TOML writes them; None where it is inline or implied."""
    table: list[str] = []
    fallback = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            of_it = table == location[: len(table)] and len(table) >= len(location) - 1
            if of_it or table[: len(location)] == location:  # a table of its own, or one that lies in it
                fallback = fallback or number
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if key:
            full = table + [part.strip("\"'") for part in key[1].split(".")]
            if full == location or (full == location[: len(full)] and len(full) == len(location) - 1 and full != table):
                return number
    return fallback
