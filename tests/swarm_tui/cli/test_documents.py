"""What the documents tell people and agents to type is what the command line takes."""

import re
import shlex
from pathlib import Path

import pytest

from swarm.model.verbs import BY_NAME
from swarm_tui.cli.parser import parser_of
from swarm_tui.cli.verb_place import find_verb

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("README.md", "AGENTS.md", "roles/*.md", "swarm/templates/*.md", "swarm/templates/home/*")
    for path in ROOT.glob(pattern)
)
ASIDE = re.compile(r"\s{3,}\S.*$")


def blocks(text: str) -> list[str]:
    """The commands that stand in blocks of their own, continued lines joined, what is said beside them left out."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [
        ASIDE.sub("", line.strip())
        for line in joined.splitlines()
        if re.match(r"(\s{4,})?swarm-tui( |$)", line) and not line.startswith("|")
    ]


def mentions(text: str) -> list[str]:
    """The verbs that running text names in backticks."""
    return re.findall(r"`swarm-tui (?!-)([a-z]+)", text)


def parse(command: str) -> None:
    """Parses a command as the command line does; raises Usage where it is none."""
    words = shlex.split(re.sub(r"\s#.*$", "", command))[1:]
    at = find_verb(words)
    if at is None:
        return
    verb = BY_NAME[words[at]]
    rest = words[:at] + words[at + 1 :]
    if verb.command and "--" in rest:
        rest = rest[: rest.index("--")]
    parser_of(verb).parse_args([word for word in rest if word != "..."])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_in_a_document_is_one_that_is_taken(document: str) -> None:
    for command in blocks((ROOT / document).read_text()):
        if " ... " not in command:
            parse(command)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_verb_that_a_document_names_is_there(document: str) -> None:
    assert set(mentions((ROOT / document).read_text())) <= set(BY_NAME)


def test_there_are_commands_to_look_at() -> None:
    texts = [(ROOT / document).read_text() for document in DOCUMENTS]
    assert sum(len(blocks(text)) for text in texts) > 30


def test_the_readme_names_every_verb() -> None:
    table = (ROOT / "README.md").read_text().split("## The command line")[1].split("##")[0]
    for verb in BY_NAME:
        assert f"`{verb}" in table or f" {verb}" in table, verb


def test_the_readmes_pictures_are_there() -> None:
    for picture in re.findall(r"\]\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / picture).is_file(), picture
