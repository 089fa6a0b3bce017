"""Claude Code's own sub-agents, told from its other tasks: who started, how deep, what they do, who ended."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from swarm.model.activity import Activity, Kind
from swarm.programs.stream_fields import child, children, ident, short, whole

AGENT = "local_agent"
WORKFLOW = "local_workflow"
FINAL = frozenset({"completed", "done", "failed", "killed", "stopped", "cancelled", "error", "skipped", "cached"})
REMEMBERED = 2000
"""Tool calls by which a sub-agent's parent is found, and sub-agents that ended."""
SEPARATOR = "."
"""Between the task of a workflow and the number of an agent in it: only the workflow as a whole can be stopped."""


class _Task(Struct):
    kind: str
    call: str
    """The tool call that started it."""
    description: str = ""
    depth: int = 0
    """0 while it cannot be told."""
    parent: str = ""
    tokens: int = -1
    live: bool = True
    agents: dict[str, tuple[str, int]] = {}
    """Of a workflow: its live agents, and what each was last said to do."""
    over: set[str] = set()


class Tasks:
    """Live sub-agents: those that started, less those that ended, plus the agents of workflows."""

    def __init__(self) -> None:
        self._tasks: dict[str, _Task] = {}
        self._of_call: dict[str, str] = {}
        self._parents: OrderedDict[str, str] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._open: OrderedDict[str, str] = OrderedDict()
        self._others: set[str] = set()
        """Live tasks that are no sub-agents: shells, monitors."""

    def run(self) -> None:
        """A new process begins: nothing of the old one lives."""
        self._tasks.clear()
        self._of_call.clear()
        self._parents.clear()
        self._open.clear()
        self._others.clear()

    def depth(self, parent: str) -> int:
        """How deep what carries this `parent_tool_use_id` stands: 0 the agent itself, 1 its sub-agents."""
        if not parent:
            return 0
        task = self._tasks.get(self._of_call.get(parent, ""))
        return task.depth or 1 if task is not None else 1

    def opened(self, call: str, parent: str) -> Iterator[Activity]:
        """A tool call, and in whose work. It may be the one that started a sub-agent which was announced before it."""
        _remember(self._parents, call, parent)
        if parent:
            _remember(self._open, call, parent)
        key = self._of_call.get(call, "")
        task = self._tasks.get(key) if key else None
        if task is not None and not task.depth and self._place(task):
            yield Activity(Kind.SUBAGENT_PROGRESS, key=key, parent=task.parent, depth=task.depth)

    def closed(self, call: str) -> None:
        """A tool call has returned."""
        self._open.pop(call, None)

    def started(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """`task_started`. Shell commands that take long are tasks too, and no sub-agents."""
        key, kind = ident(event, "task_id"), short(event, "task_type")
        if not key or key in self._tasks or len(self._tasks) + len(self._others) >= REMEMBERED:
            return
        if kind not in (AGENT, WORKFLOW):
            self._others.add(key)
            yield self._background()
            return
        task = _Task(kind, ident(event, "tool_use_id"), short(event, "description"))
        self._tasks[key] = task
        if task.call:
            self._of_call[task.call] = key
        self._place(task)
        self._ended.pop(key, None)
        if kind == AGENT:
            yield Activity(
                Kind.SUBAGENT_STARTED,
                text=task.description,
                key=key,
                tool=short(event, "subagent_type"),
                parent=task.parent,
                depth=task.depth,
            )

    def progress(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """`task_progress`: a sign of life where something has changed."""
        key = ident(event, "task_id")
        if key not in self._tasks and key not in self._ended and short(event, "subagent_type"):
            yield from self.started({**event, "task_type": AGENT})
        task = self._tasks.get(key)
        if task is None:
            return
        if task.kind == WORKFLOW:
            yield from self._workflow(key, task, event)
            return
        tokens = whole(child(event, "usage"), "total_tokens")
        yield Activity(
            Kind.SUBAGENT_PROGRESS,
            text=short(event, "description"),
            key=key,
            tool=short(event, "last_tool_name"),
            count=tokens,
            counts=tokens != task.tokens,
        )
        task.tokens = tokens

    def updated(self, event: Mapping[str, Any]) -> Iterator[Activity]:
        """`task_updated` and `task_notification`: both say how a task ended, and either may be missing."""
        status = short(event, "status") or short(child(event, "patch"), "status")
        key = ident(event, "task_id")
        if key in self._others and status in FINAL:
            self._others.remove(key)
            yield self._background()
            return
        task = self._tasks.get(key)
        if task is None or status not in FINAL:
            return
        del self._tasks[key]
        self._of_call.pop(task.call, None)
        _remember(self._ended, key, None)
        failed = status in ("failed", "error")
        if task.kind == WORKFLOW:
            for agent in list(task.agents):
                yield Activity(Kind.SUBAGENT_ENDED, text=status, key=agent, depth=task.depth or 1, error=failed)
            return
        text = f"{task.description}: {status}"
        yield Activity(Kind.SUBAGENT_ENDED, text=text, key=key, parent=task.parent, depth=task.depth, error=failed)
        # What it was doing when it was stopped never returns.
        for call in [call for call, parent in self._open.items() if task.call and parent == task.call]:
            del self._open[call]
            yield Activity(Kind.TOOL_CLOSED, text=status, key=call, parent=task.call, error=True)

    def _background(self) -> Activity:
        return Activity(Kind.BACKGROUND, count=len(self._others), counts=False)

    def _place(self, task: _Task) -> bool:
        """Whether it can be told how deep it is: 1 + the task in whose work the tool call stands that started it."""
        if task.call not in self._parents:
            return False
        above = self._parents[task.call]
        if not above:
            task.depth = 1
            return True
        key = self._of_call.get(above, "")
        parent = self._tasks.get(key)
        if parent is None or not parent.depth:
            return False
        task.depth, task.parent = parent.depth + 1, key
        return True

    def _workflow(self, key: str, task: _Task, event: Mapping[str, Any]) -> Iterator[Activity]:
        for agent in children(event, "workflow_progress"):
            if agent.get("type") != "workflow_agent":
                continue
            number = whole(agent, "index")
            name = f"{key}{SEPARATOR}{number}"
            state = short(agent, "state")
            if state in FINAL:
                if task.agents.pop(name, None) is not None:
                    task.over.add(name)
                    failed = state in ("failed", "error")
                    yield Activity(Kind.SUBAGENT_ENDED, text=state, key=name, depth=task.depth or 1, error=failed)
                continue
            doing = short(agent, "lastToolSummary") or short(agent, "lastToolName")
            now = (doing, whole(agent, "tokens"))
            if name not in task.agents:
                if name in task.over or len(task.agents) + len(task.over) >= REMEMBERED:
                    continue
                task.agents[name] = now
                yield Activity(
                    Kind.SUBAGENT_STARTED,
                    text=short(agent, "label") or short(agent, "promptPreview"),
                    key=name,
                    tool="workflow",
                    depth=(task.depth or 1),
                )
            elif task.agents[name] != now:
                task.agents[name] = now
                yield Activity(Kind.SUBAGENT_PROGRESS, text=now[0], key=name, count=now[1])


def _remember(memory: OrderedDict[str, Any], key: str, value: object) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
