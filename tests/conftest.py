"""What every test may ask for: a made home, and a clock set by hand."""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from swarm.protocol.paths import Layout
from tests.support.clocks import FakeClock
from tests.support.own_settings import forget, stand_apart

if TYPE_CHECKING:
    from tests.support.homes import LiveHome

# A slow or busy machine is no failure, and a run leaves nothing behind.
settings.register_profile("swarm", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("swarm")


OWN_SETTINGS = stand_apart()

# Without byte code each of some thousand processes compiles all that it imports, and each worker all of the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_unconfigure() -> None:
    """Nothing of the run is left behind."""
    shutil.rmtree(OWN_SETTINGS, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: no look for garbage goes through it, then or later."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


@pytest.fixture(autouse=True)
def _as_after_an_installation() -> Iterator[None]:
    """Each test begins without settings of the operator's own, whatever key another test pressed."""
    yield
    forget(OWN_SETTINGS)


def pytest_configure() -> None:
    """Children must hear signals also where the run was started with them ignored: in a background job, under nohup."""
    for number, heard in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
        (signal.SIGHUP, lambda *_: None),  # ours goes on, as was wished; a handler is not inherited
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, heard)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the campaign of the ten failures found, wherever its cases ran."""
    from tests.campaign.report import lines_of  # most runs have none of it

    reports = (report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ()))
    if lines := lines_of(reports):
        terminalreporter.section("the ten failures")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that only the test moves."""
    return FakeClock()


@pytest.fixture
def home_dir(tmp_path: Path, clock: FakeClock) -> Path:
    """A made home: swarm.toml, the ledger at revision 1, its lock, an empty tree of agents."""
    from swarm.ledger.ledger import Ledger  # not every test needs the engine

    root = tmp_path / "home"
    root.mkdir()
    (root / "swarm.toml").write_text('name = "test"\n')
    Ledger.create(Layout(root), clock)
    return root


@pytest.fixture
def swarm_home(tmp_path: Path) -> Iterator[Path]:
    """A home as `swarm-tui init` makes it, for the real command; what runs in it is stopped at the end."""
    from tests.support.cli import made_home

    with made_home(tmp_path / "my-swarm") as root:
        yield root


@pytest.fixture
def live_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[LiveHome]":
    """A home made by `init`, for real agents; whatever runs in it when the test ends is killed."""
    from tests.support.homes import home_for_a_test  # starts the whole engine

    yield from home_for_a_test(tmp_path / "home", monkeypatch)
