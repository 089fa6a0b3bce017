"""lint on the command line: exit status, JSON, annotations of GitHub, and what is meant by its word."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from swarm.errors import NotFound
from swarm.model.lint import Rule, breach
from swarm.verbs.init import init
from swarm_tui.cli.commands.lint import annotation, lint
from swarm_tui.cli.output import Output
from swarm_tui.cli.parser import whole_parser
from tests.support.trees import Grove


def said(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    args = whole_parser().parse_args(["lint", *words])
    return lint(args, Output(out, err, json="--json" in words)), out.getvalue(), err.getvalue()


def test_errors_fail_warnings_only_with_strict_and_every_breach_has_place_and_cure(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "HEARTBEAT.md").unlink()
    status, text, summary = said("-C", str(tmp_path))
    assert (status, text.splitlines()[0]) == (
        0,
        "warning HEARTBEAT.md [document] it cannot be read, or there is none: agents are sent to it",
    )
    assert text.splitlines()[1].strip() == Rule.DOCUMENT.cure
    assert summary == f"1 agent checked (home and agents) in {tmp_path}: 0 errors, 1 warning\n"
    assert said("-C", str(tmp_path), "--strict")[0] == 1

    (tmp_path / "swarm.toml").write_text("[slots]\nmax = 0\n")
    status, text, _ = said("-C", str(tmp_path), "--json")
    value: Any = json.loads(text)
    assert (status, value["passed"], value["errors"], value["warnings"]) == (1, False, 1, 1)
    place = {key: value["breaches"][1][key] for key in ("path", "line", "rule", "level", "agent")}
    assert place == {"path": "swarm.toml", "line": 2, "rule": "policy", "level": "error", "agent": ""}


def test_a_word_means_an_agent_where_there_is_one_and_else_a_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SWARM_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    init(tmp_path / "home")
    Grove(tmp_path / "theirs").agent("a", progress="no time\n")

    for words in ("./theirs", str(tmp_path / "theirs"), "theirs/", "theirs"):
        status, text, summary = said(words)
        assert (status, "swarm/agents/a/progress.md:1 [stamp]" in text) == (1, True), words
        assert "1 agent checked (foreign directories, no home)" in summary
    assert said("genesis-01", "-C", "home")[0] == 0
    with pytest.raises(NotFound, match="There is no agent"):
        said("nobody", "-C", "home")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match="There is no agent"):
        said("empty", "-C", "home")
    with pytest.raises(NotFound):
        said("./nothing")


def test_an_annotation_ends_where_github_lets_it_and_nothing_of_an_agent_starts_another() -> None:
    one = breach(Rule.STAMP, "a,b:c/progress.md", "100 %\r\n::error::no", line=3)
    assert annotation(one) == (
        "::error file=a%2Cb%3Ac/progress.md,line=3,title=stamp::100 %25%0D%0A::error::no. "
        "Begin the line with a time: YYYY-MM-DD HH:MM - one sentence"
    )
