"""The agents of the demo: small scripts that behave as agents do, the bad ones too."""

import os
import subprocess
import sys
from collections.abc import Callable

from swarm_tui.demo.agent_kit import DemoAgent, DemoOver, agent_command
from swarm_tui.demo.failing_agents import FAILING


def worker(agent: DemoAgent, topic: str = "draft", pieces: str = "6") -> None:
    """A good worker: pieces of work with something to show for each, then results."""
    total = int(pieces)
    agent.wait(2)
    agent.say(f"{topic}: {total} sections planned.", 0)
    for number in range(1, total + 1):
        agent.wait(5)
        agent.make(f"{topic}-{number}.md", f"# {topic} {number}")
        agent.say(f"{topic}: section {number} of {total} done, {number * 350}/{total * 350} words.", agent.made)
    agent.wait(2)
    agent.done(f"{total} sections of {topic}.", outputs=tuple(f"work/{topic}-{n}.md" for n in range(1, total + 1)))


def patient(agent: DemoAgent, topic: str = "tests") -> None:
    """A worker that never comes to an end of its work, and always has something to show."""
    agent.wait(1.5)
    number = 0
    while True:
        number += 1
        agent.make(f"{topic}-{number % 20}.txt", f"{topic} {number}")
        agent.say(f"{topic}: case {number} passes.", number)
        agent.wait(6)


def alpha(agent: DemoAgent) -> None:
    """An idea meta that runs its own workers, fills its budget, and learns where it ends."""
    agent.wait(1.5)
    agent.say("Three pieces cut: landing, pricing, faq. Spawning one worker each.", 0)
    running = [
        name
        for name in ("landing", "pricing", "faq")
        if _spawn(agent, name, "worker", "worker", name, "6").returncode == 0
    ]
    refused = _spawn(agent, "newsletter", "worker", "worker", "newsletter", "3")
    reason = refused.stderr.strip().splitlines()
    if refused.returncode == 3 and reason:
        agent.say(f"newsletter has to wait, the spawn was refused: {reason[0]}", 0)
    passed = number = turn = 0
    while True:
        turn += 1
        agent.wait(4)
        for name in list(running):
            child = agent.files.path / name
            if (child / "results.json").exists() and agent.call("read", f"{agent.who.agent}/{name}").returncode == 0:
                running.remove(name)
                passed += 1
        agent.say(f"Round {turn}: {passed} pieces passed, in work: {', '.join(running) or 'none'}.", passed)
        if len(running) < 2 and number < 200:
            name = f"piece-{number + 1}"
            if _spawn(agent, name, "worker", "worker", "piece", "8").returncode == 0:
                number += 1
                running.append(name)


def beta(agent: DemoAgent) -> None:
    """An idea meta with bad luck: its worker falls silent."""
    agent.wait(1.5)
    agent.say("Second idea: research, and a report on it.", 0)
    _spawn(agent, "silent", "worker", "silent")
    again = agent.files.path / "silent" / "ended.json"
    turn = 0
    while True:
        turn += 1
        agent.wait(6)
        agent.say(f"Round {turn}: waiting for research and report.", turn)
        if again.exists() and not (agent.files.path / "second-try").exists():
            agent.say("The silent one was ended. A second try, with smaller pieces.", turn)
            _spawn(agent, "second-try", "worker", "worker", "research", "20")


def report(agent: DemoAgent) -> None:
    """The meta above the ten failures. It notes what it sees, and reads no results."""
    agent.wait(1.5)
    agent.say("Ten things that broke once, played again: one row each.", 0)
    turn = 0
    while True:
        agent.wait(7)
        turn += 1
        agent.make(f"notes-{turn % 20}.md", f"round {turn}")
        agent.say(f"Round {turn} of ten failures noted.", agent.made)


def scout(agent: DemoAgent) -> None:
    """A scout with its one helper."""
    agent.wait(1.5)
    agent.say("Ten competitor pages to read; five go to a helper.", 0)
    _spawn(agent, "helper", "worker", "worker", "helper-pages", "8")
    number = 0
    while True:
        agent.wait(7)
        number += 1
        agent.make(f"page-{number % 30}.md", f"price {number}")
        agent.say(f"Browsed {number} competitor pages. Found {max(1, number // 2)} with prices.", agent.made)


def silent(agent: DemoAgent) -> None:
    """One line, and then nothing any more although the process lives."""
    agent.wait(1.5)
    agent.say("Reading the first source, a long one.", 0)
    while True:
        agent.wait(10)


def builder(agent: DemoAgent) -> None:
    """A long build that says nothing while it runs; the operator knows, and holds it."""
    agent.wait(1.5)
    agent.say("Building everything from scratch. This takes a while and is silent.", 0)
    number = 0
    while True:
        agent.wait(40)
        number += 1
        agent.make(f"build-{number % 5}.txt", f"build {number}: ok")
        agent.say(f"Build {number} is through.", agent.made)


def crash(agent: DemoAgent) -> None:
    """Ends with a traceback and without results."""
    agent.wait(2)
    agent.say("Checking the deployment.", 0)
    agent.wait(3)
    print("Traceback (most recent call last):\n  ...\nConnectionRefusedError: [Errno 111] staging", file=sys.stderr)
    sys.exit(3)


def unreadable(agent: DemoAgent) -> None:
    """Puts a pipe where its progress.md was."""
    agent.wait(2)
    agent.say("Tidying up my directory.", 0)
    agent.wait(2)
    agent.files.progress.unlink()
    os.mkfifo(agent.files.progress)
    while True:
        agent.wait(10)


def observer(agent: DemoAgent) -> None:
    """The improvement observer: looks, reports, stops."""
    agent.say("Looking at the last three heartbeats.", 0)
    looked = agent.call("status")
    agent.wait(3)
    (agent.files.path / "report.md").write_text(
        "# Findings\n\n1. parrot speaks and produces nothing.\n\n" + looked.stdout
    )
    agent.done("1 finding: an agent speaks and produces nothing.", outputs=("report.md",))


def diagnostic(agent: DemoAgent) -> None:
    """Takes the reserve, finds the cause, changes nothing."""
    agent.say("Reading the parrot's log and its last lines.", 0)
    agent.wait(5)
    (agent.files.path / "diagnosis.md").write_text(
        "The same rate limit since the start; it never changes its approach.\n"
    )
    agent.done("A wall it does not admit: the same rate limit since the start.", outputs=("diagnosis.md",))


SCRIPTS: dict[str, Callable[..., None]] = {
    "worker": worker,
    "patient": patient,
    "alpha": alpha,
    "beta": beta,
    "scout": scout,
    "silent": silent,
    "builder": builder,
    "crash": crash,
    "report": report,
    "unreadable": unreadable,
    "observer": observer,
    "diagnostic": diagnostic,
    **FAILING,
}


def main(words: list[str]) -> int:
    """Runs the script that the first word names; the rest are its arguments."""
    if not words or words[0] not in SCRIPTS:
        print("usage: python -m swarm_tui.demo.agents " + "|".join(SCRIPTS), file=sys.stderr)
        return 2
    try:
        SCRIPTS[words[0]](DemoAgent(), *words[1:])
    except (DemoOver, KeyboardInterrupt):
        return 0
    return 0


def _spawn(agent: DemoAgent, name: str, role: str, *script: str) -> subprocess.CompletedProcess[str]:
    """One agent below this one, through the command line, as an idea meta does it."""
    task = f"{name}: one piece of this idea, finished and in work/."
    outcome = f"at least one file of {name} is there"
    return agent.call(
        *("spawn", name, "--role", role, "--task", task, "--accept", outcome, "--output", "work/*"),
        *("--", *agent_command(*script)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
