"""What is wrong with the tree of directories itself, where no agent's row can say it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from swarm.model.causes import ProblemCode
from swarm.model.snapshot import Problem
from swarm.protocol.misspelt import close_to
from swarm.sanitize import clean
from swarm.scan.view import some_names
from swarm.tracking.tracked_agent import TrackedAgent
from swarm.tracking.tree import Directory, Tree


def problems_of_tree(tree: Tree) -> tuple[tuple[str, Problem], ...]:
    """What is wrong with the tree itself, and with directories that only group: (owner or '', problem), in order."""
    return tuple(sorted(_problems(tree), key=lambda each: (each[0], each[1].code, each[1].text)))


def _problems(tree: Tree) -> Iterator[tuple[str, Problem]]:
    if tree.root.error:
        code = ProblemCode.LINK if tree.behind_link else ProblemCode.DIRECTORY_MISSING
        yield "", Problem(code, f"the agents cannot be seen: {tree.root.error}")
    for directory in tree.directories.values():
        if directory.is_agent:
            continue
        owner = _owner(directory)
        where = directory.id or "the top"
        if directory.error and directory.parent is not None:
            yield owner, Problem(ProblemCode.UNREADABLE, f"{where} cannot be listed: {directory.error}")
        if directory.links and not owner:
            yield "", Problem(ProblemCode.LINK, f"links in {where} are not followed: {some_names(directory.links)}")
        for name, meant in directory.misspelt:
            if owner and close_to(name) != meant:
                continue  # a directory of an agent's own, in which it may call its files as it likes
            text = f"{clean(name, 100)} in {where} looks like {meant}; the engine does not read it under that name"
            yield owner, Problem(ProblemCode.MISSPELT, text)
    for cut in sorted(tree.cut):
        text = f"below {cut or 'the top'} not everything is searched: too deep, or too many"
        yield "", Problem(ProblemCode.UNREADABLE, text)


def problems_of_home(agents: Iterable[TrackedAgent]) -> Iterator[tuple[str, Problem]]:
    """That the home was moved or copied under its agents, said once for all of them: ('', problem)."""
    origins = Counter(agent.origin for agent in agents if agent.origin is not None)
    for origin, count in origins.most_common():
        run = "1 agent runs" if count == 1 else f"{count} agents run"
        how = "this home is a copy of it, and leaves their processes alone" if origin.copied else "this home was moved"
        yield "", Problem(ProblemCode.MOVED, f"{run} for {clean(origin.home)}: {how}")


def _owner(directory: Directory) -> str:
    """The id of the agent in whose directory it lies; '' outside of all."""
    above = directory.parent
    while above is not None and not above.is_agent:
        above = above.parent
    return above.id if above is not None else ""
