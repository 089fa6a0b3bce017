"""`make screenshots`: the pictures of the README, from canned swarms."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.pictures import PICTURES, app_for, pose

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"


async def take(names: list[str]) -> None:
    """Takes the pictures of these names, all without any."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for picture in PICTURES:
        if names and picture.name not in names:
            continue
        app = app_for(picture)
        async with app.run_test(size=(picture.width, picture.height), notifications=True) as pilot:
            await pose(pilot, picture)
            path = SCREENSHOTS / f"{picture.name}.svg"
            path.write_text(app.export_screenshot(title="swarm-tui"), encoding="utf-8")
            print(path.relative_to(SCREENSHOTS.parent))


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    os.environ["TZ"] = "UTC"
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    asyncio.run(take(sys.argv[1:]))
