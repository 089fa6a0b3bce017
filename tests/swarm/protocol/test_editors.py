"""Files that people write, as their editors leave them: roles, templates, shared rules, swarm.toml."""

from pathlib import Path

import pytest

from swarm.config.checked import load_policy
from swarm.protocol.paths import POLICY_FILE, Layout
from swarm.protocol.role import Role
from swarm.protocol.roles import Template, load_role, load_template
from tests.support.documents import lay_out_documents

EDITORS = {
    "mark": lambda text: text.encode("utf-8-sig"),
    "cr-lf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "mark-cr-lf": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "utf-16": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "latin-1": lambda text: text.encode("cp1252", "replace"),
}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return lay_out_documents(tmp_path)


def rewrite(path: Path, editor: str, *, more: str = "") -> None:
    path.write_bytes(EDITORS[editor](path.read_text("utf-8") + more))


@pytest.mark.parametrize("editor", EDITORS)
def test_roles_templates_and_policy_say_what_they_said(layout: Layout, editor: str) -> None:
    role = load_role(layout, "worker")
    template = load_template(layout, "worker").text
    policy = layout.root / POLICY_FILE
    policy.write_text('name = "Größe"\n[slots]\nmax = 7\n', "utf-8")
    for path in (layout.role("worker"), layout.template("worker"), layout.shared_rules, policy):
        rewrite(path, editor)
    assert load_role(layout, "worker") == Role(**{name: getattr(role, name) for name in role.__struct_fields__})
    found = load_template(layout, "worker")
    assert isinstance(found, Template)
    if template.isascii() or editor != "latin-1":
        assert found.text == template
    read = load_policy(policy)
    assert (read.name, read.slots.max) == ("Größe", 7)
