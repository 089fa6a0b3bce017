"""Frames line up in a real terminal, whatever agents write: the terminal itself says how wide it has drawn each row."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.cli import COMMAND
from tests.support.homes import LiveHome
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

pytestmark = [needs_tmux, pytest.mark.tmux]

SAID = {
    "tones": "👍🏽 👩🏿‍💻 ✋🏻 skin tones",
    "flags": "🇩🇪🇯🇵 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇦 flags, half of one",
    "families": "👨‍👩‍👧‍👦 👩‍❤️‍💋‍👩 joined families",
    "signs": "1️⃣ #️⃣ ❤️ ☎︎ ©️ keycaps and selectors",
    "hindi": "हिन्दी की कौशल कृपया क्षत्रिय",
    "bengali": "বাংলা কোন কৌশল",
    "tamil": "கொடு தமிழ் மொழி நௌ",
    "thai": "กำลัง ทำงาน น้ำ",
    "burmese": "မြန်မာ ကြောင်း",
    "khmer": "ភាសាខ្មែរ កោះ",
    "arabic": "مرحبا بالعالم ١٢٣",
    "hebrew": "שלום עולם בְּרֵאשִׁית",
    "korean": "한국어 각 한",
    "wide": "漢字 ｶﾞ ﾊﾟ ＡＢ",
    "marks": "e\u0301 n\u0303\u0323 Z\u0351\u036b\u0343a\u0363lgo",
    "nothing": "soft\u00adhyphen zero\u200bwidth joi\u200dner bom\ufeff word\u2060joiner",
    "boxes": "│ ─ ▏ ☐ ✔ … ambiguous ±×÷ ①",
    "private": "\ue0b0 \uf31b of one font only",
}
MEASURE = """
import json, os, re, sys, termios, tty
tty.setraw(0)
widths = []
for row in json.load(open(sys.argv[1])):
    os.write(1, ("\\r\\x1b[2K" + row + "\\x1b[6n").encode())
    said = b""
    while not said.endswith(b"R"):
        said += os.read(0, 1)
    widths.append(int(re.search(rb"\\x1b\\[\\d+;(\\d+)R", said)[1]) - 1)
with open(sys.argv[2] + ".new", "w") as file:
    json.dump(widths, file)
os.rename(sys.argv[2] + ".new", sys.argv[2])
"""


def widths_in_terminal(texts: list[str], place: Path) -> list[int]:
    """The columns that a terminal takes for each text, by where its cursor stands after it."""
    asked, told = place / "rows.json", place / "widths.json"
    told.unlink(missing_ok=True)
    asked.write_text(json.dumps(texts))
    with Tmux([sys.executable, "-c", MEASURE, str(asked), str(told)], width=400, height=10):
        wait_for(told.exists, "the terminal to say how wide the rows are")
    widths: list[int] = json.loads(told.read_text())
    return widths


def test_frames_line_up_whatever_agents_write(live_home: LiveHome, tmp_path: Path) -> None:
    for name, text in SAID.items():
        agent = live_home.layout.agents / "genesis-01" / name
        agent.mkdir(parents=True)
        (agent / "task.md").write_text(f"{text}\n")
        (agent / "progress.md").write_text(f"2026-02-28 09:31 - {text}\n2026-02-28 09:33 - {text} again, {text}\n")
    with Tmux([COMMAND, "-C", str(live_home.root)], width=160, height=45) as tmux:
        tmux.wait_for(*SAID, "heartbeats")
        pictures = [tmux.screen()]
        for name in sorted(SAID):
            tmux.keys("j")
            pictures.append(tmux.wait_for(f"╭─ {name} ·"))
        tmux.keys("q")
        assert tmux.exit_status() == 0

    framed = [[row for row in picture.split("\n") if row.startswith("│") and row.endswith("│")] for picture in pictures]
    assert {len(rows) for rows in framed} == {len(framed[0])}, "a row lost its frame"
    rows = [row for rows in framed for row in rows]
    assert len(framed[0]) > 20
    # The frame between tree and detail stands in one column, and so does the one at the end.
    until_the_detail = [row[: row.index("││")] for row in rows]
    assert uneven(rows, tmp_path) == {}
    assert uneven(until_the_detail, tmp_path) == {}


def uneven(texts: list[str], place: Path) -> dict[int, str]:
    """Of each width that a terminal does not give the first of these texts an example; none where all are alike."""
    widths = widths_in_terminal(texts, place)
    return {width: text for width, text in zip(widths, texts, strict=True) if width != widths[0]}
