"""notify on the command line: who is told, what went wrong, and a test message."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from swarm.config.notify_policy import NotifyPolicy
from swarm.errors import NotFound, UsageError
from swarm.verbs.init import init
from swarm_tui.cli.commands.notify import notify
from swarm_tui.cli.output import Output
from swarm_tui.cli.own_targets import own_targets
from swarm_tui.cli.parser import whole_parser
from swarm_tui.settings.places import places


def said(home: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    args = whole_parser().parse_args(["notify", *words, "-C", str(home)])
    return notify(args, Output(out, err, json="--json" in words)), out.getvalue(), err.getvalue()


def test_targets_of_home_and_operator_are_listed_and_tried_and_no_address_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(tmp_path)
    with pytest.raises(NotFound, match="nobody to tell"):
        said(tmp_path, "--test")
    toml = tmp_path / "swarm.toml"
    toml.write_text('[notify]\nquiet = "22:00-7:00"\n[notify.targets.team]\nenv = "TEAM"\n[hooks.on]\nlost = "true"\n')
    config = places().config
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[notify]\nbell = true\n[notify.targets.phone]\nfile = "/no/such"\nseverity = "danger"\n')

    status, text, _ = said(tmp_path)
    assert status == 0
    assert text.splitlines() == [
        "team            $TEAM  from warning, quiet 22:00-7:00, nothing yet",
        "you/phone       /no/such  from danger, nothing yet",
        "on lost         a command of swarm.toml",
    ]
    value: Any = json.loads(said(tmp_path, "--json")[1])
    assert [each["name"] for each in value["targets"]] == ["team", "you/phone"]
    assert (value["hooks"], value["ping"]) == (["lost"], False)
    assert type(own_targets(Output(io.StringIO(), io.StringIO()))) is NotifyPolicy, "which the process beside can read"

    monkeypatch.setenv("TEAM", "nonsense://secret")
    status, text, _ = said(tmp_path, "--test")
    assert status == 1
    assert text.splitlines()[0].startswith("team            not told: its address is none that apprise knows")
    assert "'/no/such' cannot be read" in text.splitlines()[1]
    assert "secret" not in text
    assert [each["name"] for each in json.loads(said(tmp_path, "team", "--test", "--json")[1])["targets"]] == ["team"]
    with pytest.raises(NotFound, match="no target 'pager'"):
        said(tmp_path, "pager", "--test")
    with pytest.raises(UsageError):
        said(tmp_path, "team")

    config.write_text("[notify]\nbell = 3\n")
    out, err = io.StringIO(), io.StringIO()
    assert own_targets(Output(out, err)).targets == {}
    assert "config.toml:2: notify.bell" in err.getvalue()
    monkeypatch.setenv("SWARM_AGENT", "genesis-01")
    assert said(tmp_path)[1].count("you/") == 0
