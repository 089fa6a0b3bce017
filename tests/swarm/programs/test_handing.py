"""Commands that hand work to what outlives an agent are known by name, and others are not taken for such."""

import pytest

from swarm.model.activity import Activity, Kind
from swarm.programs.fold import EMPTY, fold_all
from swarm.programs.handing import handed


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("echo ./long.sh | at now + 1 hour", "at jobs"),
        ("at -f job.sh 23:30", "at jobs"),
        ("batch < job.sh", "at jobs"),
        ("at friday < job.sh", "at jobs"),
        ("crontab jobs.txt", "cron entries"),
        ("systemctl --user start backup.service", "systemd units"),
        ("launchctl submit -l job -- make watch", "launchd jobs"),
        ("launchctl bootstrap gui/501 job.plist", "launchd jobs"),
        ("podman run -d web", "containers"),
        ("screen -d -m make watch", "terminals of screen"),
        ("codex queue --thread 01a2 --message 'go on' --resume", "sessions of its program's daemon"),
        ("ssh builder make", "processes on other machines"),
        ("(crontab -l; echo '* * * * * x') | crontab -", "cron entries"),
        ("sudo systemd-run --user sleep 1000", "systemd units"),
        ("docker run -d nginx", "containers"),
        ("cd site && FOO=1 podman run -d web", "containers"),
        ("docker compose up -d", "containers"),
        ("tmux new -d 'make watch'", "terminals of tmux"),
        ("tmux -L mine new-session -d -s build", "terminals of tmux"),
        ("/usr/bin/tmux neww top", "terminals of tmux"),
        ("screen -dmS build make", "terminals of screen"),
        ("nohup claude --model opus --bg 'go on'", "sessions of its program's daemon"),
        ("env -u CLAUDE_VIEW /opt/bin/claude --bg 'go on' < /dev/null", "sessions of its program's daemon"),
        ("sudo -u web docker start web", "containers"),
        ("if true; then at tomorrow < x; fi", "at jobs"),
    ],
)
def test_a_command_that_outlives_its_agent_is_named(command: str, what: str) -> None:
    assert handed(command) == (what,)


@pytest.mark.parametrize(
    "command",
    [
        "echo look at now and then",
        "cat notes.md",
        "grep -rn 'docker run' README.md",
        "docker ps",
        "crontab -l",
        "tmux ls",
        "nohup setsid make watch &",
        "launchctl list",
        "systemctl status cron",
        "codex exec 'look at the queue'",
        "ls screenshots -d",
        "python -m http.server &",
        "git log --oneline --date=batch",
        "swarm-tui progress 'arrived at 5 of 10'",
        "",
    ],
)
def test_other_commands_are_not(command: str) -> None:
    assert handed(command) == ()


def test_what_was_handed_over_is_kept_once_over_all_runs() -> None:
    calls = ["docker run -d a", "docker run -d b", "at 5 < job"]
    state = fold_all(EMPTY, [(Activity(Kind.TOOL_OPEN, text=each, key=each), 1.0) for each in calls])
    state = fold_all(state, [(Activity(Kind.RUN), 2.0)])
    assert state.handed == ("containers", "at jobs")
