"""What every test with real programs may ask for: a model service, and a home whose agents use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.model_server import ModelServer, model_server
from tests.support.program_home import ProgramHome, needs, program_home, scratch
from tests.support.programs import PINNED, PROGRAMS, Pinned, described, versions

HERE = Path(__file__).parent


def pytest_report_header() -> list[str]:
    """Which versions these tests run."""
    return ["programs: " + ", ".join(described(each) for name in PINNED for each in versions(name))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that is marked so runs once with every version of Claude Code."""
    if metafunc.definition.get_closest_marker("every_version"):
        found = versions("claude")
        metafunc.parametrize("claude", found, ids=[each.version for each in found], indirect=True)


@pytest.fixture
def models() -> Iterator[ModelServer]:
    """A model service; what went wrong in its scripts fails the test."""
    with model_server() as server:
        yield server


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The programs' TMPDIR, gone afterwards."""
    with scratch() as directory:
        yield directory


@pytest.fixture
def claude(request: pytest.FixtureRequest) -> Pinned:
    """The version of Claude Code that this test runs: every one where it is marked `every_version`."""
    chosen: Pinned = getattr(request, "param", PROGRAMS["claude"])
    return chosen


@pytest.fixture
def real(
    request: pytest.FixtureRequest,
    claude: Pinned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    models: ModelServer,
    temporary: Path,
) -> Iterator[ProgramHome]:
    """A home for the programs that the test's module names in PROGRAMS; skipped where one is not there."""
    chosen = {**PROGRAMS, "claude": claude}
    needs(*(chosen[name] for name in request.module.PROGRAMS))
    yield from program_home(tmp_path, monkeypatch, models, temporary, chosen)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real programs take their time to start, on a busy machine the more."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(400))
