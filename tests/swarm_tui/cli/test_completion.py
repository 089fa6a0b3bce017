"""Completion by the documented one line, in the shells themselves: keys go in, what stands in the line comes out."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.ledger.state import State, with_record
from swarm.model.agent_verbs import PROGRAMS
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Alert, Ending, Phase
from swarm.model.values import replace
from swarm.model.verbs import SHELLS, VERBS
from swarm.programs.registry import BUILT_IN
from swarm.verbs.init import init
from swarm_tui.cli.commands.completion import answer, script
from swarm_tui.cli.completer import Offer, offer
from swarm_tui.cli.home_values import HomeValues
from tests.support.cli import COMMAND
from tests.support.ptys import Terminal
from tests.support.swarms import a_record
from tests.support.wait import wait_for

README = Path(__file__).parents[3] / "README.md"
START = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
    "tcsh": ("tcsh", "-f"),
}
ONE_LINE = {
    "bash": 'eval "$(swarm-tui completion bash)"',
    "zsh": 'eval "$(swarm-tui completion zsh)"',
    "fish": "swarm-tui completion fish | source",
    "tcsh": 'eval "`swarm-tui completion tcsh`"',
}
TO_START = b"\x01"
"""ctrl-a, with which each of them goes to the beginning of the line."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with agents of which nothing runs, a program of its own, and an alert."""
    root = tmp_path_factory.mktemp("completion") / "home"
    init(root)
    with (root / "swarm.toml").open("a") as file:
        file.write('\n[programs.mine]\nkind = "command"\nargv = ["true"]\n')
    swarm = Swarm.open(root)

    def fill(state: State) -> State:
        for name in ("idea", "idea/helper", "idea/worker-1", "other/worker-1"):
            state = with_record(state, a_record(name, process=None, keeper=None))
        gone = a_record("idea/gone", phase=Phase.ENDED, ending=Ending.DONE, process=None, keeper=None)
        alert = Alert("genesis-01/idea/helper", AlertCause.LOOPING, "it goes round", "spawn-helper", 1.0, 1.0)
        return replace(with_record(state, gone), alerts=(alert,))

    swarm.home.ledger.commit(fill, purpose="a test")
    ghost = root / "swarm/agents/genesis-01/idea/phantom"
    ghost.mkdir(parents=True)
    (ghost / "progress.md").write_text("2026-02-28 09:33 - Here.\n")
    (root / "report.json").write_text("{}")
    return root


@contextmanager
def a_shell(name: str, home: Path, cwd: Path) -> Iterator[Terminal]:
    """A shell in a terminal of its own, with completion as the documents say."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    kept = {
        "HOME": str(cwd),
        "ZDOTDIR": str(cwd),
        "SWARM_HOME": str(home),
        "PATH": f"{Path(COMMAND).parent}:/usr/bin:/bin",
    }
    with pytest.MonkeyPatch.context() as patch:
        for key in [key for key in os.environ if key.startswith(("SWARM_", "XDG_"))]:
            patch.delenv(key)
        for key, value in kept.items():
            patch.setenv(key, value)
        patch.chdir(cwd)
        terminal = Terminal(found, *START[name][1:])
    try:
        terminal.press(ONE_LINE[name].encode() + b"\r echo ready-$HOME\r")
        wait_for(lambda: terminal.shows(f"ready-{cwd}".encode()), f"{name} took the line")
        yield terminal
    finally:
        terminal.kill()


PRINTED = re.compile(
    rb"\n(?:\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\(B|\r)*@@ ([^\r\n\x1b]*)[\r\n]"
)
"""A line that echo printed, and not the one that was typed; what steers the terminal may stand before it."""


def completed(terminal: Terminal, line: str) -> str:
    """What stands in the shell's line after these keys and a tab: it is printed instead of being carried out."""
    terminal.text = b""
    terminal.press(line.encode() + b"\t" + TO_START + b"echo @@ \r")
    wait_for(lambda: terminal.shows(b"@@ ") and PRINTED.search(terminal.text) is not None, f"an answer to {line!r}")
    found = PRINTED.search(terminal.text)
    assert found is not None
    return found[1].decode().rstrip()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_tab_completes_verbs_options_and_what_the_home_has(shell: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    with a_shell(shell, home, tmp_path) as terminal:
        for typed, meant in (
            ("swarm-tui heartb", "swarm-tui heartbeat"),
            ("swarm-tui spawn --use", "swarm-tui spawn --use-reserve"),
            ("swarm-tui done --status par", "swarm-tui done --status partial"),
            ("swarm-tui done --status=par", "swarm-tui done --status=partial"),
            ("swarm-tui kill help", "swarm-tui kill helper"),
            ("swarm-tui kill genesis-01/idea/h", "swarm-tui kill genesis-01/idea/helper"),
            ("swarm-tui log oth", "swarm-tui log other/worker-1"),
            ("swarm-tui respawn ", "swarm-tui respawn gone"),
            ("swarm-tui spawn x --role diag", "swarm-tui spawn x --role diagnostic"),
            ("swarm-tui spawn x --program min", "swarm-tui spawn x --program mine"),
            ("swarm-tui status :fai", "swarm-tui status :failed"),
            ("swarm-tui ack helper:loo", "swarm-tui ack helper:looping"),
            ("swarm-tui done --file rep", "swarm-tui done --file report.json"),
            (f"{COMMAND} heartb", f"{COMMAND} heartbeat"),
        ):
            assert completed(terminal, typed) == meant


def test_tcsh_completes_too(home: Path, tmp_path: Path) -> None:
    with a_shell("tcsh", home, tmp_path) as terminal:
        assert completed(terminal, "swarm-tui heartb") == "swarm-tui heartbeat"
        assert completed(terminal, "swarm-tui kill help") == "swarm-tui kill helper"


def words_of(home: Path, *line: str) -> list[str]:
    """What is offered for the last of these words."""
    return [each.word for each in offered(home, *line).candidates]


def offered(home: Path, *line: str) -> Offer:
    return offer(line, HomeValues({"SWARM_HOME": str(home)}, home))


def test_an_agent_is_offered_by_the_shortest_end_that_no_other_has(home: Path) -> None:
    assert words_of(home, "log", "") == ["genesis-01", "idea", "helper", "idea/worker-1", "other/worker-1", "gone"]
    assert words_of(home, "log", "idea/") == ["idea/helper", "idea/worker-1", "idea/gone"]
    assert "genesis-01/idea/helper" in words_of(home, "log", "genesis-01/")


def test_a_verb_is_offered_the_agents_that_it_can_act_on(home: Path) -> None:
    assert "gone" not in words_of(home, "kill", "")
    assert words_of(home, "respawn", "") == ["gone"]
    assert words_of(home, "dismiss", "") == ["phantom"]
    assert "helper" not in words_of(home, "kill", "helper", "--yes", "")


def test_options_are_offered_once_unless_they_can_be_repeated(home: Path) -> None:
    assert "--role" not in words_of(home, "spawn", "x", "--role", "worker", "--r")
    assert words_of(home, "spawn", "x", "--accept", "a", "--acc") == ["--accept"]
    assert "--read-only" in words_of(home, "--r")
    assert words_of(home, "nothing", "--") == []


def test_the_value_of_an_option_is_not_taken_for_a_place(home: Path) -> None:
    assert words_of(home, "-C", str(home), "respawn", "") == ["gone"]
    assert words_of(Path("/nowhere"), "-C", str(home), "respawn", "") == ["gone"]
    assert words_of(home, "hold", "--for", "2", "hel") == ["helper"]
    assert words_of(home, "spawn", "x", "--worktree", "--ro") == ["--role"]


def test_paths_are_left_to_the_shell(home: Path) -> None:
    assert offered(home, "-C", "") == Offer(paths="directories")
    assert offered(home, "done", "--file", "") == Offer(paths="files")
    assert offered(home, "spawn", "x", "--", "./r") == Offer(paths="files")


def test_states_programs_and_alerts_are_values(home: Path) -> None:
    assert {f":{state}" for state in Health} <= set(words_of(home, "status", ":"))
    assert words_of(home, "status", "!:fai") == ["!:failed"]
    assert words_of(home, "spawn", "x", "--program", "") == [*PROGRAMS, "mine"]
    assert set(PROGRAMS) == set(BUILT_IN)
    assert words_of(home, "ack", "") == ["helper"]
    assert words_of(home, "ack", ":") == [":looping"]


def test_where_no_home_is_or_its_ledger_is_no_json_nothing_is_offered_and_nothing_said(
    home: Path, tmp_path: Path
) -> None:
    assert words_of(tmp_path / "none", "kill", "") == []
    broken = tmp_path / "broken"
    init(broken)
    (broken / "swarm/state.json").write_text("{")
    assert words_of(broken, "kill", "") == ["genesis-01"]
    (broken / "swarm/state.json").write_text(json.dumps({"agents": {"a": 3, "b": {"phase": ["x"]}}, "alerts": [1, {}]}))
    assert words_of(broken, "log", "") == ["genesis-01", "b"]
    assert words_of(broken, "ack", ":") == []


@pytest.mark.parametrize("shell", sorted({*SHELLS} - {"tcsh"}))  # which takes a script as one line
def test_every_script_names_its_one_line(shell: str) -> None:
    assert ONE_LINE[shell] in script(shell)


def test_the_readme_and_the_help_name_the_one_lines() -> None:
    readme = README.read_text().replace("\\|", "|")
    words = next(verb for verb in VERBS if verb.name == "completion").arguments[0].help
    for text in (readme, words):
        assert ONE_LINE["bash"] in text
        assert ONE_LINE["fish"] in text
    assert ONE_LINE["tcsh"] in words


@pytest.mark.parametrize(
    ("line", "replaced", "said"),
    [
        ("swarm-tui status :fai", "fai", "failed"),
        ("swarm-tui done --status=par", "par", "partial"),
        ('swarm-tui kill "hel', "hel", "helper"),
        ("swarm-tui kill hel", "hel", "helper"),
    ],
)
def test_bash_gets_what_stands_behind_the_last_place_where_it_breaks_a_word(
    line: str, replaced: str, said: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARM_HOME", str(home))
    assert lines_of("bash", line, replaced) == ["words", said]


def lines_of(shell: str, *asked: str) -> Sequence[str]:
    return "".join(answer(shell, asked)).splitlines()
