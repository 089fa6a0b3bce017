"""The packaged roles and templates, laid out as a home has them, without a ledger."""

import shutil
from importlib import resources
from pathlib import Path

from swarm.protocol.paths import Layout


def lay_out_documents(directory: Path) -> Layout:
    """A directory with the roles and templates of the package, as `init` puts them there."""
    layout = Layout(directory)
    layout.roles.mkdir(parents=True)
    layout.templates.mkdir(parents=True)
    for source, target in (("roles", layout.roles), ("swarm.templates", layout.templates)):
        package, *inner = source.split(".")
        folder = resources.files(package).joinpath(*inner)
        for entry in folder.iterdir():
            if entry.name.endswith(".md"):
                with resources.as_file(entry) as path:
                    shutil.copy(path, target / entry.name)
    return layout
