"""init: makes a home. Never overwrites a file, and says what it left alone; safe to run again after a crash."""

import json
import os
import uuid
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from msgspec import to_builtins

from swarm.config.checked import CheckedFiles, load_policy, parse_policy
from swarm.config.policy import Policy
from swarm.errors import Code, HomeError, PolicyError, Refused, SwarmError, UsageError
from swarm.formatting import spell_stamp
from swarm.ledger import audit_log
from swarm.ledger.ledger import Ledger
from swarm.model.actor import AuditVerb
from swarm.model.agent import AgentSpec, Scope
from swarm.model.requests import InitReport
from swarm.model.time import Clock
from swarm.platform.clock import SystemClock
from swarm.programs.environment import belonging, present
from swarm.programs.registry import BUILT_IN, program_for
from swarm.protocol import agent_environment, brief
from swarm.protocol.documents import home_document, places_for_documents
from swarm.protocol.names import name_of
from swarm.protocol.paths import HOME_DOCS, Layout
from swarm.protocol.role import Role
from swarm.protocol.roles import load_role
from swarm.protocol.working_directory import named_directory, working_directory
from swarm.rules.budgets.schedule import cost_words
from swarm.store import reader, writer

IGNORED = b"""\
# What the swarm writes while it works is no part of a project's history. Its documents and templates may be.
*
!/.gitignore
!/AGENTS.md
!/CLAUDE.md
!/HEARTBEAT.md
!/templates/
!/templates/*.md
"""
"""swarm/.gitignore."""
ROOT_TASK = """\
Decide what this swarm works on, and who gets slots for it. What it is for, the operator tells you: in your inbox, or in
the session in which you wake up. Write it into notes.md in your directory, in one sentence, before you spawn anybody.

Start with one worker directly below you, and see one whole cycle (brief, progress, results, read) before there are
more."""


def init(directory: str | os.PathLike[str], program: str = "command", clock: Clock | None = None) -> InitReport:
    """Makes the home at `directory`, which is made where it is not there.

    program: what its agents run where a spawn does not say; written into swarm.toml.
    Returns what was written and what was left alone. Raises UsageError for a program that is not known, HomeError where
    the directory cannot become a home (`read-only`, `full`, `home`), Refused `exists` where its swarm.toml is foreign.
    """
    if program not in BUILT_IN:
        raise UsageError(f"There is no program {program[:80]!r}.", hint="There are: " + ", ".join(BUILT_IN) + ".")
    root = _named_root(directory)
    # A link that the operator names is meant; links below the home are never followed.
    layout = Layout(Path(os.path.realpath(root)) if root.is_symlink() and root.is_dir() else root)
    policy = _existing_policy(layout)
    ticking = clock if clock is not None else SystemClock()
    written, left, settings = _write(layout, policy, program, ticking)
    log = reader.read_tail(layout.events, 1)
    if written or log is None or log.size == 0:
        audit_log.append(layout, "operator", AuditVerb.INIT, wall=ticking.wall(), reason=f"{len(written)} files")
    notes = (*_apart(layout), *_notes(policy, program), *cost_words(settings))
    return InitReport(str(layout.root), tuple(written), tuple(left), notes)


def _named_root(directory: str | os.PathLike[str]) -> Path:
    """The directory that is meant. One that was removed under the caller is not made anew by a relative name of it."""
    cwd = working_directory()
    root = named_directory(directory, cwd)
    if not os.path.isabs(os.path.expanduser(directory)) and not cwd.is_dir():
        raise HomeError(
            f"{str(root)!r} cannot become a home.",
            f"It is meant from {str(cwd)!r}, the working directory, which is gone.",
            "Change into a directory that is there, or name one by its absolute path.",
        )
    return root


def packaged_policy(program: str = "command") -> str:
    """The swarm.toml of a new home: every setting, commented out, with its default."""
    text = (resources.files("swarm") / "templates" / "home" / "swarm.toml").read_text("utf-8")
    if program == Policy().spawn.program:
        return text
    return text.replace('#program = "command"', f'program = "{program}"').replace(
        "#[programs.command]", f"#[programs.{program}]"
    )


def _existing_policy(layout: Layout) -> Policy | None:
    root = layout.root
    if root.exists() and not root.is_dir():
        raise HomeError(f"{str(root)!r} is not a directory.", hint="Name one, or a path where one can be made.")
    for above in root.parents:
        if os.path.lexists(above / "swarm.toml") and (above / "swarm") in (root, *root.parents):
            raise HomeError(
                f"{str(root)!r} lies inside another home's swarm directory.",
                f"The home is {str(above)!r}; everything below its swarm/ belongs to its engine.",
                "Make the new home beside it.",
            )
    for directory in (layout.swarm, layout.agents, layout.revs, layout.roles, layout.templates):
        if directory.is_symlink():
            raise HomeError(
                f"{str(directory)!r} is a link.", "Links are never followed.", "Put a directory in its place."
            )
    if not os.path.lexists(layout.policy):
        return None
    try:
        return load_policy(layout.policy)
    except PolicyError as error:
        raise Refused(
            Code.EXISTS,
            f"{str(layout.policy)!r} is there already, and it is not a policy of swarm-tui.",
            f"{error.title} {error.detail}".strip(),
            "If it is yours, mend that line; if it is another program's, take another directory. Nothing was written.",
        ) from error


def _write(layout: Layout, policy: Policy | None, program: str, clock: Clock) -> tuple[list[str], list[str], Policy]:
    written: list[str] = []
    left: list[str] = []

    def put(path: Path, data: bytes) -> None:
        name = path.relative_to(layout.root).as_posix()
        try:
            writer.write_new(path, data)
        except FileExistsError:
            left.append(name)
        else:
            written.append(name)

    for directory in (layout.root, layout.roles, layout.swarm, layout.templates, layout.agents, layout.revs):
        writer.make_dir(directory)
    for path, data in _documents(layout):
        put(path, data)
        if path.parent == layout.swarm and os.path.lexists(layout.root / path.name):
            left.append(path.name)  # a project's, in the place where ours would lie
    put(layout.ignored, IGNORED)
    put(layout.lock, b"")
    put(layout.events, b"")
    put(layout.heartbeats, b"")
    try:
        Ledger.create(layout, clock)
        written.append(layout.state.relative_to(layout.root).as_posix())
    except Refused as error:
        if error.code is not Code.EXISTS:
            raise
        left.append(layout.state.relative_to(layout.root).as_posix())
    # Kept at once, so that the first verbs in the new home need not check these two again.
    with CheckedFiles(layout.checked) as checked:
        settings = policy or parse_policy(packaged_policy(program), checked)
        role = load_role(layout, "genesis", checked)
    for path, data in _root_agent(layout, settings, role, program, clock):
        put(path, data)
    _keep_environment(layout, settings)
    # Last, because it is what makes a directory a home: what was cut short before is finished by running init again.
    put(layout.policy, packaged_policy(program).encode())
    return written, left, settings


def home_documents() -> dict[str, str]:
    """Our documents for a home, by name."""
    return {name: (resources.files("swarm") / "templates" / "home" / name).read_text("utf-8") for name in HOME_DOCS}


def title_of(text: str) -> str:
    """The first line of a document, by which it is known as ours."""
    return text.split("\n", 1)[0].strip()


def _documents(layout: Layout) -> Iterator[tuple[Path, bytes]]:
    templates = resources.files("swarm") / "templates"
    texts = home_documents()
    for name, path in places_for_documents(layout, {name: title_of(text) for name, text in texts.items()}).items():
        yield path, texts[name].encode()
    for entry in sorted(resources.files("roles").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".md"):
            yield layout.roles / entry.name, entry.read_bytes()
    for entry in sorted(templates.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".md"):
            yield layout.templates / entry.name, entry.read_bytes()


def _root_agent(layout: Layout, policy: Policy, role: Role, program: str, clock: Clock) -> Iterator[tuple[Path, bytes]]:
    """Genesis: an agent with a spec and a brief and no process, idle until its first turn."""
    agent = layout.agent(policy.root.id)
    writer.make_dir(agent.path)
    spec = AgentSpec(
        id=policy.root.id,
        name=name_of(policy.root.id),
        role=role.name,
        parent=None,
        spawn_id=uuid.uuid4().hex,
        task=ROOT_TASK,
        slots=policy.slots.max,
        program=program,
        scope=Scope.ORCHESTRATE,
        created_at=spell_stamp(clock.wall()),
    )
    yield agent.spec, json.dumps(to_builtins(spec), indent=2, ensure_ascii=False).encode() + b"\n"
    yield agent.task, brief.compose(spec, role, layout, policy).encode()


def _keep_environment(layout: Layout, policy: Policy) -> None:
    """What the root, and what heartbeats spawn by themselves, work in: the environment of whoever makes the home."""
    agent = layout.agent(policy.root.id)
    if not agent.environment.exists():
        writer.make_dir(agent.run)
        agent_environment.write(agent.environment, belonging(present(), policy.spawn.environment))


def _apart(layout: Layout) -> Iterator[str]:
    """Where the swarm's documents lie, where the names beside swarm.toml are a project's."""
    apart = [name for name in HOME_DOCS if home_document(layout, name).parent == layout.swarm]
    if apart:
        yield (
            f"The swarm's own {', '.join(apart)} lie in {layout.swarm}, and briefs name them there: those beside "
            "swarm.toml are the project's. swarm/.gitignore keeps the swarm's records out of its commits."
        )


def _notes(policy: Policy | None, program: str) -> Iterator[str]:
    if policy is not None and policy.spawn.program != program:
        yield f"swarm.toml was there and says program = {policy.spawn.program!r}; it was not changed to {program!r}."
    configured = program if policy is None else policy.spawn.program
    try:
        needs = program_for(configured, policy or Policy()).needs()
    except SwarmError as error:
        yield f"{error.title} {error.hint}".strip()
        return
    for need in needs:
        if not need.ok:
            yield f"{configured}: {need.text}. {need.hint}".strip()
