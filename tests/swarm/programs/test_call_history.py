"""Field report, failure 3: what tool calls lead to, whatever the program calls its tools."""

import pytest

from swarm.model.activity import Activity, Calls, Kind
from swarm.programs.fold import EMPTY, fold_all
from swarm.programs.tool_effects import Effect, effect_of


def calls(*made: tuple[str, str, str, bool] | tuple[str, str, str, bool, int]) -> Calls:
    """The history of calls: tool, text, result, whether it failed, and a hash of what it was called with."""
    activities: list[tuple[Activity, float]] = []
    for number, (tool, text, result, failed, *digest) in enumerate(made):
        key = f"t{number}"
        opened = Activity(Kind.TOOL_OPEN, text=text, key=key, tool=tool, digest=digest[0] if digest else 0)
        activities += [(opened, 1.0 + number)]
        activities += [(Activity(Kind.TOOL_CLOSED, text=result, key=key, error=failed), 1.0 + number)]
    return fold_all(EMPTY, activities).calls


@pytest.mark.parametrize(
    ("tool", "text", "effect"),
    [
        ("Read", "src/a.py", Effect.READS),
        ("read_file", "src/a.py", Effect.READS),
        ("WebFetch", "https://a.example", Effect.READS),
        ("Write", "src/a.py", Effect.WRITES),
        ("replace", "src/a.py", Effect.WRITES),
        ("patch", "src/a.py src/b.py", Effect.WRITES),
        ("Write", "/home/x/swarm/agents/w/progress.md", Effect.REPORTS),
        ("Bash", "ls -l && cat a.py | head -3", Effect.READS),
        ("Bash", "LC_ALL=C git log --oneline", Effect.READS),
        ("Bash", "sleep 60; curl -s https://a.example 2>/dev/null", Effect.READS),
        ("Bash", "curl -s -o page.html https://a.example", Effect.MAY_WRITE),
        ("Bash", "echo x > a.txt", Effect.MAY_WRITE),
        ("Bash", "find . -name '*.o' -delete", Effect.MAY_WRITE),
        ("run_shell_command", "make test", Effect.MAY_WRITE),
        ("shell", "git commit -m x", Effect.MAY_WRITE),
        ("Bash", '/opt/bin/swarm-tui progress "still browsing"', Effect.REPORTS),
        ("Bash", '"$SWARM_TUI" progress x', Effect.REPORTS),
        ("Bash", "echo '2026-02-28 09:33 - x' >> progress.md", Effect.REPORTS),
        ("Bash", "make && swarm-tui progress built", Effect.MAY_WRITE),
        ("mcp__swarm__progress", "text=x", Effect.REPORTS),
        ("swarm.progress", "text=x", Effect.REPORTS),
        ("TodoWrite", "todos=…", Effect.REPORTS),
        ("mcp__db__query", "select 1", Effect.MAY_WRITE),
    ],
)
def test_what_a_call_does_is_told_by_its_tool_and_its_command(tool: str, text: str, effect: Effect) -> None:
    assert effect_of(tool, text) is effect


def test_failure_3_a_round_of_calls_with_the_same_results_repeats_itself() -> None:
    fetch = ("Bash", "curl https://a.example", "429, retry in 31", True)
    later = ("Bash", "curl https://a.example", "429, retry in 60", True)
    found = calls(fetch, ("Bash", "sleep 31", "", False), later, ("Bash", "sleep 31", "", False), later)
    assert (found.repeated, found.repeated_text) == (3, "Bash curl https://a.example")


def test_a_report_between_two_calls_changes_nothing() -> None:
    look, report = ("Read", "a.py", "x", False), ("Bash", "swarm-tui progress 'still at it'", "09:41", False)
    assert calls(look, report, look, report, look).repeated == 2


def test_another_result_a_time_aside_is_something_new() -> None:
    built = ("Bash", "tail -1 build.log", "[1/80] cc at 09:41:07", False)
    later = ("Bash", "tail -1 build.log", "[1/80] cc at 09:42:07", False)
    further = ("Bash", "tail -1 build.log", "[2/80] cc at 09:43:07", False)
    assert (calls(built, later).repeated, calls(built, later, further).repeated) == (1, 0)


def test_failure_3_failures_count_until_a_call_succeeds() -> None:
    bad, good = ("Bash", "make a", "no rule", True), ("Bash", "ls", "a", False)
    assert (calls(bad, bad, bad).failed, calls(bad, bad, good).failed) == (3, 0)


def test_failure_3_reads_count_until_something_may_have_been_written() -> None:
    reads = [("Read", f"{n}.py", f"{n}", False) for n in range(5)]
    assert calls(*reads).reads == 5
    assert calls(*reads, ("Write", "a.md", "ok", False), reads[0]).reads == 1
    assert calls(*reads, ("Write", "a.md", "denied", True)).reads == 6


def test_the_same_bytes_written_again_are_no_work_and_others_are() -> None:
    one, other = ("Write", "a.md", "written", False, 11), ("Write", "a.md", "written", False, 12)
    assert (calls(one, one).repeated, calls(one, one).wrote_at) == (1, 1.0)
    assert (calls(one, other).repeated, calls(one, other).wrote_at) == (0, 2.0)


def test_where_a_program_does_not_say_what_it_writes_each_change_is_work() -> None:
    patch = ("patch", "src/a.py", "", False)
    assert (calls(patch, patch, patch).repeated, calls(patch, patch, patch).wrote_at) == (0, 3.0)


def test_the_memory_of_calls_is_bounded() -> None:
    assert len(calls(*(("Read", f"{n}.py", f"{n}", False) for n in range(500))).recent) < 100


def test_a_new_run_starts_without_the_streaks_of_the_one_before() -> None:
    state = fold_all(EMPTY, [(Activity(Kind.TOOL_CLOSED, tool="Bash", error=True), 1.0)])
    assert state.calls.failed == 1
    assert fold_all(state, [(Activity(Kind.RUN), 2.0)]).calls.failed == 0
