"""Role files and templates: what is valid, and what is said of what is not."""

import os
from pathlib import Path

import pytest

from swarm.config.policy import ROLE_SLOTS, Policy
from swarm.errors import Refused, SwarmError
from swarm.protocol.paths import Layout
from swarm.protocol.role import Role
from swarm.protocol.role_checker import check_role
from swarm.protocol.roles import REQUIRED, Template, load_role, load_roles, load_template, templates
from tests.support.documents import lay_out_documents

GOOD = """---
name: tester
summary: Tries things out.
scope: work
inputs: [its task]
outputs: [report.md]
owns: [its own directory]
done_when: [it was tried]
must_not: [mend anything]
---
# Tester

Try it.
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return lay_out_documents(tmp_path)


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        check_role(text, Path("roles/tester.md"))
    assert caught.value.code == "role"
    return caught.value


def test_the_six_packaged_roles_are_valid(layout: Layout) -> None:
    roles = load_roles(layout)
    assert sorted(roles) == ["diagnostic", "genesis", "idea-meta", "improvement", "scout", "worker"]
    assert all(isinstance(role, Role) for role in roles.values())


def test_every_packaged_template_is_valid(layout: Layout) -> None:
    found = templates(layout)
    assert sorted(found) == sorted(load_roles(layout))
    assert all(isinstance(template, Template) for template in found.values())


def test_packaged_roles_take_the_slots_that_the_policy_gives_them(layout: Layout) -> None:
    for name, slots in ROLE_SLOTS.items():
        assert load_role(layout, name).slots == slots


def test_the_root_takes_no_slot(layout: Layout) -> None:
    assert load_role(layout, "genesis").slots == 0


def test_observers_only_observe(layout: Layout) -> None:
    assert {
        name for name, role in load_roles(layout).items() if isinstance(role, Role) and role.scope == "observe"
    } == {
        "improvement",
        "diagnostic",
    }


def test_the_improvement_observer_comes_as_often_as_the_schedule_says(layout: Layout) -> None:
    assert load_role(layout, "improvement").every == Policy().schedule["improvement"] == 3


def test_only_the_diagnostic_is_what_the_reserve_is_for(layout: Layout) -> None:
    assert [name for name, role in load_roles(layout).items() if isinstance(role, Role) and role.reserve] == [
        "diagnostic"
    ]


def test_a_role_is_frozen(layout: Layout) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        load_role(layout, "worker").name = "other"  # type: ignore[misc]  # that it is refused is the point


def test_a_key_that_is_not_known_is_an_error_with_its_line() -> None:
    error = refusal(GOOD.replace("scope: work", "scope: work\nslotz: 3"))
    assert error.title.startswith("roles/tester.md:5: slotz: there is no such key")


@pytest.mark.parametrize(
    ("broken", "line", "words"),
    [
        ("# Tester\n", 1, "front matter"),
        ("---\nname: tester\n", 1, "no end"),
        (GOOD.replace("scope: work", "scope: everything"), 4, "scope"),
        (GOOD.replace("scope: work", "slots: many"), 4, "slots"),
        (GOOD.replace("scope: work", "slots: -1"), 4, "slots"),
        (GOOD.replace("inputs: [its task]", "inputs: its task"), 5, "inputs"),
        (GOOD.replace("inputs: [its task]", "inputs: []"), 5, "inputs"),
        (GOOD.replace("scope: work", "scope: [work"), 5, "not YAML"),
        (GOOD.replace("scope: work", "name: again"), 4, "written twice"),
        (GOOD.replace("scope: work", "scope: &a work\nsummary2: *a"), 1, "aliases"),
        ("---\n- a\n- b\n---\ntext\n", 2, "not a list of keys"),
        (GOOD.split("# Tester")[0], 10, "nothing below"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(broken: str, line: int, words: str) -> None:
    error = refusal(broken)
    assert error.title.startswith(f"roles/tester.md:{line}:")
    assert words in error.title


def test_a_missing_key_is_named() -> None:
    error = refusal(GOOD.replace("done_when: [it was tried]\n", ""))
    assert "done_when is missing" in error.title


def test_a_role_that_is_not_there_is_refused_with_those_that_are(layout: Layout) -> None:
    with pytest.raises(Refused) as caught:
        load_role(layout, "writer")
    assert caught.value.code == "role"
    assert "worker" in caught.value.hint


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "_shared-rules", "x" * 300, "nul\0"])
def test_a_role_outside_the_roles_directory_cannot_be_named(layout: Layout, name: str) -> None:
    with pytest.raises(Refused) as caught:
        load_role(layout, name)
    assert caught.value.code == "role"


def test_a_role_must_be_called_as_its_file_is(layout: Layout) -> None:
    layout.role("tester").write_text(GOOD.replace("name: tester", "name: worker"))
    with pytest.raises(Refused, match=r"tester\.md:2: name says 'worker'"):
        load_role(layout, "tester")


def test_a_role_without_a_template_is_an_error_in_the_listing(layout: Layout) -> None:
    layout.role("tester").write_text(GOOD)
    found = load_roles(layout)
    assert isinstance(found["tester"], SwarmError)
    assert "template" in found["tester"].title
    assert isinstance(found["worker"], Role)


def test_without_the_shared_rules_no_role_is_usable(layout: Layout) -> None:
    layout.shared_rules.unlink()
    assert all(isinstance(role, SwarmError) for role in load_roles(layout).values())


def test_a_fifo_for_a_role_does_not_block_anybody(layout: Layout) -> None:
    layout.role("worker").unlink()
    os.mkfifo(layout.role("worker"))
    with pytest.raises(Refused, match="cannot be read"):
        load_role(layout, "worker")


def test_a_link_for_a_role_is_not_followed(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.md").write_text(GOOD)
    layout.role("tester").symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(Refused, match="cannot be read"):
        load_role(layout, "tester")


def test_a_role_of_megabytes_is_refused(layout: Layout) -> None:
    layout.role("tester").write_text(GOOD + "x" * 1_000_000)
    with pytest.raises(Refused, match="larger than"):
        load_role(layout, "tester")


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(layout: Layout) -> None:
    layout.role("tester").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_role(layout, "tester").summary == "Tries things out."


def test_a_template_with_a_placeholder_that_nobody_fills_is_refused_with_its_line(layout: Layout) -> None:
    path = layout.template("worker")
    path.write_text("first line\n{taks}\n" + path.read_text())
    with pytest.raises(Refused, match=r"worker\.md:2: \{taks\} is not a placeholder") as caught:
        load_template(layout, "worker")
    assert caught.value.code == "brief"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_template_must_leave_room_for_every_part_of_the_contract(layout: Layout, name: str) -> None:
    path = layout.template("worker")
    path.write_text(path.read_text().replace("{" + name + "}", ""))
    with pytest.raises(Refused, match="no place for") as caught:
        load_template(layout, "worker")
    assert "{" + name + "}" in caught.value.title
    assert isinstance(templates(layout)["worker"], SwarmError)


def test_a_home_without_roles_lists_none(tmp_path: Path) -> None:
    assert load_roles(Layout(tmp_path)) == {}
    assert templates(Layout(tmp_path)) == {}
