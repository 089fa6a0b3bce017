"""What every test with real programs may ask for: a model service, and a home whose agents use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.model_server import ModelServer, model_server
from tests.support.program_home import ProgramHome, needs, program_home, scratch

HERE = Path(__file__).parent


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
def real(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    models: ModelServer,
    temporary: Path,
) -> Iterator[ProgramHome]:
    """A home for the programs that the test's module names in PROGRAMS; skipped where one is not there."""
    needs(*request.module.PROGRAMS)
    yield from program_home(tmp_path, monkeypatch, models, temporary)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real programs take their time to start, on a busy machine the more."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(400))
