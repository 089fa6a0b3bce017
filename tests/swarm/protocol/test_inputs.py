"""What an agent is to read is there, and says something; else the nearest names are told."""

import os
from pathlib import Path

import pytest

from swarm.protocol.inputs import fault_of, nearest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A home with inputs of all kinds."""
    for name in ("notes", "empty", "data.d"):
        (tmp_path / name).mkdir()
    for name, text in {
        "brief.md": "x",
        "nothing.md": "",
        "blank.md": " \n\n",
        "notes/a.md": "x",
        "data.d/a": "x",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "link.md").symlink_to("brief.md")
    (tmp_path / "lost.md").symlink_to("gone.md")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("brief.md", ""),
        ("link.md", ""),
        ("notes/", ""),
        (".", ""),
        ("notes/a.md", ""),
        ("gone.md", "does not exist"),
        ("brief.md/part.md", "does not exist"),
        ("lost.md", "is a link that leads nowhere"),
        ("nothing.md", "is empty"),
        ("blank.md", "is empty"),
        ("empty/", "is an empty directory"),
        ("notes", "is a directory, where a file is meant"),
        ("brief.md/", "is no directory"),
        ("pipe", "is a FIFO, where a file is meant"),
    ],
)
def test_failure_2_an_input_is_taken_where_something_is_found_under_its_name(root: Path, path: str, fault: str) -> None:
    assert fault_of(root, path, at_spawn=True) == fault


def test_a_directory_that_an_earlier_version_took_stays_an_input_and_one_in_the_place_of_a_file_does_not(
    root: Path,
) -> None:
    assert fault_of(root, "notes") == ""
    assert fault_of(root, "data.d") == "is a directory, where a file is meant"


def test_nearest_names_are_found_one_level_further_down(tmp_path: Path) -> None:
    (tmp_path / "research").mkdir()
    (tmp_path / "research" / "pricing.md").write_text("x")

    assert nearest(tmp_path, "pricng.md") == ["research/pricing.md"]
    assert nearest(tmp_path, "nowhere/deep/pricing.md") == ["research/pricing.md"]
    assert nearest(tmp_path, "qqqqqqqq") == []
    assert nearest(tmp_path, "research/pricing.md") == []
