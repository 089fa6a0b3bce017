"""What a turn of the root begins with: its spec, its session, its words, and what is started."""

import os
from contextlib import suppress

from swarm.admission import environment
from swarm.ending.root_turn import activity_of, turn_of
from swarm.errors import Code, HomeError
from swarm.heartbeat import digest
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.lifecycle.relaunch import make_ready
from swarm.model.agent import AgentSpec
from swarm.model.beat import Beat
from swarm.model.launch import Launch
from swarm.model.record import Ending, Record
from swarm.model.values import replace
from swarm.programs.base import Program
from swarm.programs.prompt import document
from swarm.programs.registry import program_for
from swarm.protocol import inbox
from swarm.protocol.agent_files import read_spec, spec_json
from swarm.protocol.names import is_plain
from swarm.protocol.paths import AgentDir
from swarm.rules.verdicts import verdicts
from swarm.scan.scanner import Scanner
from swarm.store import reader, writer

MAX_LOG = 16 << 20
"""Bytes of output after which a new session begins, with the log put aside: a month of turns must not fill the disk."""


def spec_of(home: Home, agent: AgentDir) -> AgentSpec:
    """The root's spec as the policy has it now; agent.json follows it, for every reader goes by that."""
    loaded = read_spec(agent)
    if loaded.value is None:
        raise HomeError(
            f"The root {home.policy.root.id!r} has no spec.",
            loaded.why or "There is no agent.json in its directory.",
            f"Make it again with: swarm-tui init {str(home.layout.root)!r}",
            code=Code.ROOT,
        )
    policy = home.policy
    name = policy.root.program or policy.spawn.program
    settings = policy.programs.get(name)
    model = policy.root.model or (settings.model if settings else "") or policy.models.tier
    spec = replace(loaded.value, program=name, model=model, slots=policy.slots.max)
    if spec != loaded.value:
        writer.write_json(agent.spec, {**(reader.read_json(agent.spec) or {}), **spec_json(spec)})
    return spec


def program_of(home: Home, spec: AgentSpec) -> Program:
    """What runs the turn. Where it can, it keeps to the turn's limit by itself."""
    inherited = environment.of_agent(home, home.layout.agent(spec.id))
    program, limit = program_for(spec.program, home.policy, inherited), home.policy.root.cost_usd
    return program if limit is None else program.limited_to(limit)


def session_for(home: Home, agent: AgentDir, spec: AgentSpec, last: Record | None) -> str:
    """The session to go on with; '' for a fresh one: where that is set, where there is none, and after a failed turn,
    whose session may be what failed. Where the service failed, it goes on.
    """
    if home.policy.root.session != "resume" or last is None or last.program != spec.program:
        return ""
    if last.ending not in (Ending.DONE, Ending.KILLED) and last.waiting is None:
        return ""
    known = turn_of(agent).session
    if not known:
        activity = activity_of(home, last, agent)
        known = activity.session if activity is not None else ""
    return known if is_plain(known) else ""


def put_log_aside(home: Home, agent: AgentDir, record: Record) -> bool:
    """Puts a log that has grown too long aside. Its tokens and cost go into the swarm's account."""
    try:
        if agent.stdout.lstat().st_size <= MAX_LOG:
            return False
    except OSError:
        return False
    with reader.directory(agent.log) as logs:
        for name in ("stdout", "stderr"):
            with suppress(FileNotFoundError):
                os.replace(name, f"{name}.1", src_dir_fd=logs, dst_dir_fd=logs)

    def change(state: State) -> State:
        found = record.ref.find(state.agents)
        if found is None or (found.tokens is None and found.cost_usd is None):
            return state
        state = replace(state, account=state.account.with_use_of(found))
        return with_record(state, replace(found, tokens=None, cost_usd=None, unpriced=False))

    home.ledger.commit(change, purpose="put the root's log aside")
    return True


def words_for(home: Home, agent: AgentDir, beat: Beat, scanner: Scanner, last: Record | None) -> tuple[str, int | None]:
    """The digest of the swarm as the heartbeat left it, and how far of the inbox it has; None for none of it."""
    messages, offset = _messages(agent)
    snapshot, now = scanner.full(), home.now()
    found = digest.Digested(beat, snapshot, verdicts(snapshot, home.policy, now), now)
    words = digest.digest(found, last_turn=_last_words(last), messages=messages)
    return words, offset if messages else None


def launch_for(
    home: Home, agent: AgentDir, spec: AgentSpec, program: Program, session: str, words: str
) -> tuple[Launch, int]:
    """What is started, its files in place, and where its output will begin. Raises SwarmError."""
    launch = program.resume(spec, home.layout, agent, session, words) if session else None
    if launch is None:
        launch = program.prepare(spec, home.layout, agent, f"{document(agent.task)}\n\n{words}")
    writer.make_dir(agent.run, parents=False)
    writer.make_dir(agent.log, parents=False)
    writer.write_atomic(agent.digest, words.encode("utf-8", "replace"), mode=0o600)
    if launch.stdin is None and not launch.channel:
        launch = replace(launch, stdin=agent.digest)
    _set_aside_exit(agent)
    make_ready(agent, launch)
    try:
        begins = agent.stdout.lstat().st_size
    except OSError:
        begins = 0
    return launch, begins


def _messages(agent: AgentDir) -> tuple[list[str], int]:
    """The undelivered messages of its inbox, each whole, and how far they go; what has no room waits for a turn."""
    messages, offset = inbox.undelivered(agent)
    # Indented, so that no line of a handwritten note looks like one of the digest's own.
    return ["- " + text.replace("\n", "\n  ") for _, text in messages], offset


def _last_words(last: Record | None) -> str:
    """How its last turn ended, in words for itself; '' where there was none."""
    if last is None or last.ending is None:
        return ""
    if last.ending is Ending.DONE:
        return f'it ended well; your last words: "{digest.quoted(last.why)}"' if last.why else "it ended well"
    return f"{last.ending}: {last.why}"


def _set_aside_exit(agent: AgentDir) -> None:
    """exit.json of the last turn goes to log/exit-before.json: there are hundreds of turns, and one is enough."""
    with suppress(FileNotFoundError), reader.directory(agent.path) as here, reader.directory(agent.log) as logs:
        os.replace("exit.json", "exit-before.json", src_dir_fd=here, dst_dir_fd=logs)
