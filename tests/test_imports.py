"""Imports go down only, between packages by contract (pyproject.toml) and between modules too: there are no circles."""

from collections.abc import Iterable, Mapping

import grimp

PACKAGES = ("swarm", "widgets", "swarm_tui", "roles")


def circles(imports: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The modules that reach themselves through what they import, each group of them that hangs together."""
    left = {module: set(imported) for module, imported in imports.items()}
    while True:
        # What imports nothing that is left, or is imported by nothing that is left, is part of no circle.
        wanted = set().union(*left.values())
        bare = {module for module, imported in left.items() if not imported & left.keys() or module not in wanted}
        if not bare:
            break
        left = {module: imported - bare for module, imported in left.items() if module not in bare}
    found: list[list[str]] = []
    while left:
        group, waiting = set[str](), [min(left)]
        while waiting:
            module = waiting.pop()
            if module in left and module not in group:
                group.add(module)
                waiting.extend(left[module])
        found.append(sorted(group))
        left = {module: imported for module, imported in left.items() if module not in group}
    return found


def test_no_module_imports_itself_through_others_lazily_or_for_its_types_either() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False)
    assert circles({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_circle_is_found_among_modules_that_have_none() -> None:
    imports = {"a": ["b", "out"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": [], "f": ["a"], "x": ["y"], "y": ["x"]}
    assert circles(imports) == [["a", "b", "c"], ["x", "y"]]
