"""What a control room shows before everything was looked at: the agents on top of a large tree.

Nothing is decided on it: no probe has been asked, what may be a ghost is left out, and `pulse.looking` says so.
"""

from typing import TYPE_CHECKING

from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.scan.hierarchy import Hierarchy
from swarm.scan.ledger_view import LedgerView
from swarm.scan.view import view_of
from swarm.tracking.files import AgentFiles
from swarm.tracking.tracked_agent import TrackedAgent
from swarm.tracking.tree import Tree

if TYPE_CHECKING:
    from swarm.home.context import Home

FIRST = 64
"""So many directories are looked at: as many rows as a screen has."""


def first_rows(home: "Home", tree: Tree) -> Snapshot:
    """The agents of a tree of which the first part was looked at, with their files and records. Its generation is 0."""
    now, ledger = home.now(), LedgerView(home)
    ledger.read_ledger()
    agents: dict[str, TrackedAgent] = {}
    for known, directory in tree.directories.items():
        if directory.is_agent:
            agent = agents[known] = TrackedAgent(known, is_root=known == home.policy.root.id)
            agent.directory, agent.files = directory, AgentFiles(directory.path)
            agent.files.refresh(directory.files)
            agent.take_record(ledger.records.get(known))
            agent.look_at_progress(now)
    dismissed = ledger.state.dismissed if ledger.state is not None else ()
    hierarchy = Hierarchy(home.policy)
    hierarchy.arrange(agents, ledger.records, {each.id for each in dismissed if each.process is None})
    seen = ledger.snapshot()
    return replace(
        seen,
        agents=tuple(replace(view_of(agent, now), children=0) for agent in hierarchy.order if not agent.ghost),
        slots=hierarchy.slots,
        pulse=replace(seen.pulse, looking=True, scanned_at=now.wall),
    )
