"""What the code has one of stays one: an opening of files, a lock, a spelling of times. Private stays private."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("swarm", "widgets", "swarm_tui")
STORE = "swarm/store/"
OPENS = {
    "swarm/keeper/": "is standard library only",
    "swarm/config/checked.py": "reads swarm.toml, which is the operator's and may be a link",
    "swarm/verbs/doctor.py": "reads a limit of the kernel",
    "swarm/verbs/init.py": "reads package data",
    "swarm_tui/cli/commands/common.py": "reads a file that its caller named",
    "swarm_tui/cli/commands/completion.py": "reads package data",
    "swarm_tui/cli/output.py": "opens the null device",
    "swarm_tui/terminal/hangup.py": "opens the null device",
    "swarm_tui/demo/": "plays agents, who write their own files",
}
OPENERS = {"read_text", "read_bytes", "write_text", "write_bytes"}
ISO = {"fromisoformat", "isoformat", "strptime"}
PARSE_TIMES = {
    "swarm/formatting.py": "the stamps of our files",
    "swarm/programs/codex/service_trouble.py": "a clock time in a sentence of Codex",
    "swarm/verbs/doctor_prices.py": "the dates in our table of prices",
}
"""Who reads times, and which."""


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Every module of ours by its path."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())) for path in paths]


def called(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(what it is called on, name) of every call; '' for a call of a bare name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield "", node.func.id


def opens(tree: ast.Module) -> bool:
    """Whether it opens a file by itself. `Swarm.open` and its like open a home."""
    return any(
        name in OPENERS or (name == "open" and (on in ("", "os", "io") or not on[0].isupper()))
        for on, name in called(tree)
    )


def test_only_the_store_opens_files_of_agents() -> None:
    found = [name for name, tree in modules() if not name.startswith(STORE) and opens(tree)]
    assert [name for name in found if not name.startswith(tuple(OPENS))] == []
    assert [reason for reason in OPENS if not any(name.startswith(reason) for name in found)] == [], "no longer needed"


def test_only_the_store_takes_kernel_locks() -> None:
    found = {name for name, tree in modules() for _, called_name in called(tree) if called_name in ("flock", "lockf")}
    assert found == {"swarm/store/syscalls.py", "swarm/keeper/pipes.py"}


def test_times_of_files_are_written_and_read_in_one_place() -> None:
    found = {name for name, tree in modules() for _, called_name in called(tree) if called_name in ISO}
    assert found == set(PARSE_TIMES)


def test_no_module_imports_what_is_private_to_another() -> None:
    private = [
        f"{name}: {alias.name}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PACKAGES
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert private == []
