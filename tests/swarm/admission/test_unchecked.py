"""A spawn without a check says so, whatever words its outcomes have; what we advise ourselves trips no warning."""

import re
from importlib import resources
from pathlib import Path

import pytest

from swarm.admission.unchecked import HINT
from swarm.model.agent import Acceptance
from swarm.model.verbs import VERBS
from tests.support.homes import LiveHome

ROOT = Path(__file__).parents[3]
CHECKED = Acceptance("it is live", "true")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ["No outcome was given: nothing will be checked. "]),
        ({"outputs": ("*.md",)}, ["No outcome was given: nothing will be checked but whether its declared outputs"]),
        ({"accept": (Acceptance("update strategy file"),)}, ["No command checks what it is to bring about"]),
        ({"accept": (Acceptance("first link is live"), CHECKED)}, ["No command checks 'first link is live'. "]),
        ({"accept": (CHECKED,)}, []),
        ({"accept": (Acceptance("run tests", "make test"),)}, []),
    ],
)
def test_failure_9_a_spawn_without_a_check_says_so(
    live_home: LiveHome, more: dict[str, object], said: list[str]
) -> None:
    found = live_home.swarm.check_spawn(live_home.request("w", **more)).warnings
    assert len(found) == len(said)
    assert all(warning.startswith(words) for warning, words in zip(found, said, strict=True))


def test_what_we_advise_ourselves_names_a_check() -> None:
    folders = [
        resources.files("swarm.templates"),
        resources.files("swarm.templates").joinpath("home"),
        resources.files("roles"),
    ]
    texts = [entry.read_text() for folder in folders for entry in folder.iterdir() if entry.name.endswith(".md")]
    texts += [(ROOT / "README.md").read_text(), HINT, *(verb.example for verb in VERBS)]
    advised = [found for text in texts for found in re.findall(r'--accept (?:"([^"]+)"|([A-Z:]+))', text)]
    assert len(advised) > 10
    assert [quoted or bare for quoted, bare in advised if "::" not in (quoted or bare)] == []
