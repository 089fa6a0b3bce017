"""doctor: what is right and wrong with a home and the machine it runs on. Reads only; `rebuild` writes."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from swarm import platform
from swarm.ending.intents import abandoned, dead_or_none
from swarm.errors import Code, Refused, SwarmError
from swarm.formatting import plural, spell_duration
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase
from swarm.model.requests import Finding, Level
from swarm.model.snapshot import Access
from swarm.model.time import gap_between
from swarm.probes.changes import BUDGET_S, MAX_ENTRIES, changes_since
from swarm.processes.belonging import is_here, origin_of
from swarm.processes.strays import vouched
from swarm.protocol.find import walk
from swarm.protocol.paths import MARKER
from swarm.protocol.roles import load_roles
from swarm.rules.heart import command
from swarm.sanitize import clean
from swarm.store import locks
from swarm.verbs.doctor_disk import of_disk
from swarm.verbs.doctor_prices import prices
from swarm.verbs.doctor_programs import of_environment, of_programs
from swarm.verbs.doctor_repositories import repositories


class Stray(NamedTuple):
    """One such process. agent: what its environment says."""

    pid: int
    agent: str
    spawn_id: str
    command: str


def strays(home: Home, state: State) -> list[Stray]:
    """Processes that carry this home's markers and belong to no record. Only looks, and only where it may."""
    vouches = vouched(state.agents)
    found: list[Stray] = []
    for pid in platform.pids():
        environment = platform.environ(pid)
        if (
            environment is None
            or not environment.get(MARKER)
            or not is_here(home.layout, environment.get("SWARM_HOME", ""))
        ):
            continue
        seen = platform.stat(pid)
        if vouches(environment[MARKER]) or seen is None or seen.dead:
            continue
        agent = clean(environment.get("SWARM_AGENT", ""), 200)
        found.append(Stray(pid, agent, clean(environment[MARKER], 64), clean(platform.command(pid), 200)))
    return found


FEW_WATCHES = 8192
FEW_INSTANCES = 128
FEW_DESCRIPTORS = 1024


def examine(home: Home) -> list[Finding]:
    """Every finding: home, disk, files, ledger, roles, programs, environment, prices, limits, clock, processes."""
    findings = [*_home(home)]
    if not home.layout.foreign:
        findings += [*of_disk(home), *_files(home)]
    state = _state(home)
    if state is not None:
        findings += [*_ledger(home, state), *_origins(home, state)]
    if not home.layout.foreign:
        findings += [*_roles(home), *of_programs(home), *of_environment(home), *repositories(home)]
        findings += prices(home, home.clock.wall())
    findings += _limits(home)
    findings += _clock(home, state)
    if state is not None:
        findings += _processes(home, state)
    return findings


def rebuild(home: Home) -> list[Finding]:
    """state.json (and a missing lock) anew from the tree; then what was left half done is looked into.

    Raises Refused `hierarchy` for agents, `read-only` where the home is not ours to write.
    """
    from swarm.ending.settle import settle
    from swarm.lifecycle.recovery import resolve_intents

    with audit.attempt(home, AuditVerb.REBUILD):
        home.must_be_writable()
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator rebuilds the ledger.")
        state = home.ledger.rebuild()
    looked = resolve_intents(home)
    settled = settle(home)
    audit.record(home, AuditVerb.REBUILD, agents=len(state.agents), revision=state.revision)
    live = sum(record.live for record in home.ledger.read().agents.values())
    text = f"rebuilt from the tree as revision {state.revision}: {plural(len(state.agents), 'agent')}, {live} running"
    findings = [Finding(Level.OK, "ledger", text)]
    if looked:
        findings.append(Finding(Level.NOTE, "ledger", f"looked into half-done acts of {', '.join(looked)}"))
    if settled:
        findings.append(Finding(Level.NOTE, "ledger", f"had ended meanwhile: {', '.join(settled)}"))
    return findings


def _home(home: Home) -> Iterator[Finding]:
    access, why = home.access()
    root = str(home.layout.root)
    if access in (Access.WRITABLE, Access.BAD_POLICY):
        yield Finding(Level.OK, "home", f"{root} can be read and written")
    elif access is Access.FOREIGN:
        yield Finding(Level.NOTE, "home", f"{root} is not a swarm home; it is only shown", f"swarm-tui init {root!r}")
    else:
        yield Finding(
            Level.ERROR,
            "home",
            f"{root} cannot be written: {access} ({why})",
            "See the reason; agents go on meanwhile.",
        )
    if home.policy_error is not None:
        hint = f"{home.policy_error.hint} {home.policy_words}".strip()
        yield Finding(Level.ERROR, "policy", home.policy_error.title, hint)
    elif not home.layout.foreign:
        yield Finding(Level.OK, "policy", "swarm.toml is valid")


def _files(home: Home) -> Iterator[Finding]:
    """Whether all files can be looked through: else nobody is named who writes into what another agent owns."""
    if changes_since(home.layout, home.clock.wall(), frozenset(home.policy.watch.ignore)).whole:
        yield Finding(Level.OK, "files", "who writes into what another agent owns is looked for")
    else:
        yield Finding(
            Level.WARNING,
            "files",
            f"the home is too large to look through (over {MAX_ENTRIES:,} files and directories, longer than "
            f"{BUDGET_S:g} s, or too deep): who writes into what another agent owns is not seen",
            "Leave out what holds much, by the names of directories: [watch] ignore in swarm.toml",
        )


def _origins(home: Home, state: State) -> Iterator[Finding]:
    """Where this home was moved, or copied, under agents that run."""
    found = {origin for record in state.agents.values() if record.live and (origin := origin_of(home.layout, record))}
    for origin in sorted(found):
        if origin.copied:
            text = f"agents in the ledger belong to {origin.home}, which this home is a copy of: they are left alone"
            yield Finding(Level.NOTE, "home", text, f"Act on them there: swarm-tui -C {origin.home!r} status")
        else:
            text = f"this home was at {origin.home} when agents that run were started"
            yield Finding(Level.NOTE, "home", text, "Their reports still arrive; respawn them, or move the home back.")


def _state(home: Home) -> State | None:
    if home.layout.foreign:
        return None
    try:
        return home.ledger.read()
    except SwarmError:
        return None


def _ledger(home: Home, state: State) -> Iterator[Finding]:
    for alert in home.ledger.recoveries():
        yield Finding(Level.WARNING, "ledger", alert.text, "The next commit repairs it and keeps the bad file aside.")
    yield Finding(
        Level.OK,
        "ledger",
        f"revision {state.revision}, {plural(len(state.agents), 'agent')}, heartbeat {state.heartbeat_n}",
    )
    if not home.layout.lock.is_file():
        yield Finding(Level.ERROR, "lock", "swarm/lock is missing", "Make it again with: swarm-tui doctor --rebuild")
    elif (holder := locks.holder(home.layout.lock)) is not None:
        age = spell_duration(home.clock.wall() - holder["since"])
        yield Finding(Level.NOTE, "lock", f"pid {holder['pid']} holds the lock for {age}: {holder['purpose']}")
    half_done = [
        record.id
        for record in state.agents.values()
        if record.phase in (Phase.SPAWNING, Phase.STOPPING) and abandoned(record)
    ]
    if half_done:
        names = ", ".join(half_done[:5])
        yield Finding(
            Level.WARNING, "ledger", f"half done and abandoned: {names}", "The next heartbeat looks into them."
        )
    if state.running is not None and dead_or_none(state.running.process):
        yield Finding(Level.NOTE, "heartbeat", f"{state.running.by} died in a heartbeat", "The next one takes over.")
    if state.owner is not None and dead_or_none(state.owner.process):
        said = f"the heart has stopped: {state.owner.by} had the automatic heartbeat, and is gone"
        yield Finding(Level.WARNING, "heartbeat", said, command(str(home.layout.root)))
    known = set(state.agents)
    unknown = [agent for agent in walk(home.layout, home.policy.watch.ignore) if agent not in known]
    unknown = [agent for agent in unknown if not home.is_root(agent) and not home.layout.agent(agent).ended.exists()]
    if unknown:
        count = plural(len(unknown), "directory", "directories")
        yield Finding(Level.NOTE, "tree", f"{count} of agents that the ledger does not know: {', '.join(unknown[:5])}")


def _roles(home: Home) -> Iterator[Finding]:
    with home.checked() as checked:
        roles = load_roles(home.layout, checked)
    for name, role in roles.items():
        if isinstance(role, SwarmError):
            yield Finding(Level.ERROR, "roles", f"{name}: {role.title}", role.hint)
    valid = [name for name, role in roles.items() if not isinstance(role, SwarmError)]
    if valid:
        yield Finding(Level.OK, "roles", ", ".join(valid))
    else:
        yield Finding(Level.ERROR, "roles", "there is no usable role", "swarm-tui init writes them again.")


def _limits(home: Home) -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FEW_DESCRIPTORS:
        yield Finding(Level.WARNING, "limits", f"{soft} file descriptors ({hard} at most)", "ulimit -n 4096")
    else:
        yield Finding(Level.OK, "limits", f"{soft} file descriptors")
    directories = sum(1 for _ in walk(home.layout, home.policy.watch.ignore))
    for name, few in (("max_user_watches", max(FEW_WATCHES, 2 * directories)), ("max_user_instances", FEW_INSTANCES)):
        value = _sysctl(name)
        if value is not None and value < few:
            hint = f"sysctl fs.inotify.{name}={few * 4}; without it changes are found by scanning, a second later"
            yield Finding(Level.WARNING, "limits", f"inotify {name} is {value}", hint)
        elif value is not None:
            yield Finding(Level.OK, "limits", f"inotify {name} is {value}")


def _sysctl(name: str) -> int | None:
    try:
        return int(Path(f"/proc/sys/fs/inotify/{name}").read_text())
    except (OSError, ValueError):
        return None


def _clock(home: Home, state: State | None) -> Iterator[Finding]:
    import time

    zone = time.strftime("%Z %z")
    yield Finding(
        Level.OK, "clock", f"{time.strftime('%Y-%m-%d %H:%M:%S')} {zone}, TZ={os.environ.get('TZ', 'not set')}"
    )
    gap = gap_between(state.epoch, home.clock) if state is not None else None
    if gap is not None:
        text = f"since the last act the machine was {gap.kind} for {spell_duration(gap.seconds)}"
        yield Finding(Level.NOTE, "clock", text, "No agent ages by it; the next heartbeat ends none.")


def _processes(home: Home, state: State) -> Iterator[Finding]:
    lost = [record.id for record in state.agents.values() if record.phase is Phase.RUNNING and home.runner.lost(record)]
    if lost:
        yield Finding(
            Level.WARNING,
            "processes",
            f"gone with a restart of the machine: {', '.join(lost[:5])}",
            "The next heartbeat frees them.",
        )
    held = [record.id for record in state.agents.values() if record.phase is Phase.ENDED and record.unverified]
    for agent in held:
        yield Finding(
            Level.WARNING,
            "processes",
            f"{agent}: {state.agents[agent].unverified}",
            f"swarm-tui kill {agent} looks again.",
        )
    found = strays(home, state)
    for stray in found[:20]:
        text = f"pid {stray.pid} carries {MARKER} of {stray.agent or 'no agent of this ledger'}: {stray.command}"
        yield Finding(Level.WARNING, "processes", text, f"If it is yours to end: kill {stray.pid}")
    if not found:
        yield Finding(Level.OK, "processes", "no stray processes of this home")
