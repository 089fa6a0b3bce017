"""The same of lives that no rule was made for: some are judged wrongly, and their share is what to expect."""

from tests.campaign.case import Floor
from tests.campaign.lives import CLOCKWORK, LOOPS, Call, Life, Step, judge_life, saying

judge = judge_life
FLOOR = Floor(found=0.85, false=0.06)
WAITS = ("Queue is empty, polling.", "Nothing in the queue, polling once more.", "Polled the queue: still empty.")
LOGIN = ("Opening the login form.", "Filling in the form.", "The captcha came up.", "Closing the browser.")
HASHES = ("a91f", "77c0e", "0b1c2", "fe01", "9d3a7", "51bb", "c0ffee1", "8e8e")
REVIEW = (
    "Opened the pull request, 31 files.",
    "The storage layer looks fine; two names are off.",
    "In the scheduler a lock is taken twice, wrote that down.",
    "Error paths of the importer leak a descriptor.",
    "Asked the author about the migration order.",
    "Benchmarks attached, nothing slower.",
    "Docs lack the new option.",
    "All notes are in the review file.",
)
VAGUE = (
    "Making good progress on the overall direction.",
    "The approach is becoming clearer with each iteration.",
    "Deepened the understanding of the problem space.",
    "Aligned the strategy with the broader goals.",
    "Explored several promising avenues in parallel.",
    "Consolidated insights into a coherent picture.",
    "Refined the mental model further.",
    "Momentum is building nicely.",
)
DENIED = Call("WebFetch", "https://news.example/a", "403 Forbidden", failed=True)


def _planted(name: str, *steps: Step, **more: object) -> Life:
    return Life(name=name, right=LOOPS, steps=steps, **more)  # type: ignore[arg-type]  # fields are given by name


def _honest(name: str, *steps: Step, **more: object) -> Life:
    return Life(name=name, steps=steps, **more)  # type: ignore[arg-type]  # fields are given by name


CASES = (
    _planted("I am alive", *saying(*["I am alive."] * 7)),
    _planted("heartbeat with a number", *saying(*(f"heartbeat #{n} ok" for n in range(300, 309)))),
    _planted("poll of a queue in three wordings", *saying(*WAITS * 3)),
    _planted("a login that never works", *saying(*LOGIN * 4)),
    _planted("short hashes", *saying(*(f"commit {name} not found, retrying" for name in HASHES))),
    _planted("back-off that grows", *saying(*(f"Rate limited, backing off {2**n} seconds." for n in range(1, 10)))),
    _planted("a percentage that does not move", *saying(*(f"Uploading... {99.1}% ({n} retries)" for n in range(8)))),
    _planted(
        "names of proxies", *saying(*(f"Proxy {n}.example refused the connection, trying another." for n in "abcdefgh"))
    ),
    _planted("a timer", *saying(*(f"Elapsed: {n} min" for n in range(10, 90, 10)))),
    _planted("German", *saying(*(f"Warte noch auf die Antwort, Versuch {n}." for n in range(4, 12)))),
    _planted("capitals and bangs", *saying("WORKING", "Working!", "working...", "Working!!", "working", "WORKING!!!")),
    _planted(
        "synonyms of trying",
        *saying(
            "Retrying the download.",
            "Trying the download again.",
            "Download failed, another try.",
            "One more try of the download.",
            "Attempting the download again.",
            "Retry of the download.",
            "Download attempt failed, again.",
        ),
    ),
    _planted("vague words", *saying(*VAGUE)),
    _planted("vague words like clockwork", *saying(*VAGUE), pauses=CLOCKWORK),
    _planted(
        "a loop of six", *saying(*("Start.", "Load config.", "Connect.", "Timeout.", "Disconnect.", "Sleep.") * 3)
    ),
    _planted(
        "claims with declared outputs",
        *(Step("Wrote another one.", outputs=n) for n in range(8)),
        declares=("out/*.csv",),
    ),
    _planted("a pid file", *(Step(text, writes=(("run.pid", str(n)),)) for n, text in enumerate(VAGUE))),
    _planted(
        "the same error page under other names",
        *(Step("Saved a page.", writes=((f"out/p{n}.html", "<h1>429</h1>"),)) for n in range(9)),
        declares=("out/*.html",),
    ),
    _planted("denied fetches", *(Step(text, calls=(DENIED, DENIED)) for text in VAGUE)),
    _planted(
        "the same listing",
        *(Step(text, calls=(Call("Bash", "ls out", ""), Call("Read", "plan.md", "1. go"))) for text in VAGUE),
    ),
    _honest("epochs of a training", *saying(*(f"Epoch {n}/50, loss {2.1 / n:.3f}" for n in range(3, 12)))),
    _honest("a download", *saying(*(f"Downloaded {n} of 1,840 MB" for n in (120, 260, 410, 555, 700, 861, 1020)))),
    _honest("rows of a table", *saying(*(f"Imported {n} rows" for n in (1200, 2650, 3900, 5610, 7002, 8800)))),
    _honest(
        "a review with a file", *(Step(text, writes=(("review.md", text * (n + 1)),)) for n, text in enumerate(REVIEW))
    ),
    _honest("a review in half an hour", *saying(*REVIEW), pauses=(200.0, 260.0)),
    _honest("German pages", *saying(*(f"Seite {n} von 120 übersetzt." for n in range(31, 40)))),
    _honest("French", *saying(*(f"Page {n} sur 120 traduite : {n} de 120" for n in range(31, 40)))),
    _honest(
        "mutants of a test", *saying(*(f"{n} mutants killed, {n // 9} survive" for n in (20, 47, 71, 99, 140, 171)))
    ),
    _honest(
        "a meta between two workers",
        *saying(
            "Waiting for worker-1.",
            "Waiting for worker-1.",
            "worker-1 is done, read its results.",
            "Waiting for worker-2.",
            "Waiting for worker-2.",
            "Waiting for worker-2.",
        ),
        children=1,
    ),
    _honest(
        "pages that are written",
        *(Step(f"Translated page {n}.", writes=((f"de/{n}.md", f"Seite {n}"),)) for n in range(9)),
        declares=("de/*.md",),
    ),
    _honest(
        "a render", *(Step("Rendering.", writes=((f"frames/{n}.png", f"png {n}"),)) for n in range(9)), pauses=CLOCKWORK
    ),
    _honest(
        "chapters",
        *(
            Step(f"Wrote chapter {name}.", calls=(Call("Write", f"{name}.md", name * 9),))
            for name in ("one", "two", "three", "four", "five", "six", "seven")
        ),
    ),
    _honest(
        "a search of the web",
        *(
            Step(text, calls=(Call("WebSearch", f"q{n}", f"ten results {n}"), Call("WebFetch", f"u{n}", f"page {n}")))
            for n, text in enumerate(REVIEW)
        ),
    ),
    _honest("files to go", *saying(*(f"Reformatting, {n} files to go." for n in (412, 377, 301, 288, 190, 122)))),
    _honest(
        "small fixes",
        *(
            Step(text, calls=(Call("Edit", f"src/{n}.py", f"ok {n}"), Call("Bash", "make test", "passed")))
            for n, text in enumerate(REVIEW)
        ),
    ),
    _honest(
        "a refactoring",
        *(
            Step(f"Moved module {name}.", writes=((f"src/{name}.py", name),))
            for name in ("auth", "billing", "search", "mail", "cart", "user")
        ),
    ),
)
