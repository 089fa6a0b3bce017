"""Agents that report and get nowhere, and agents that get on: the set that rules are made for."""

from tests.campaign.lives import CLOCKWORK, LOOPS, SILENT, Call, Life, Step, judge_life, saying

judge = judge_life


def _planted(name: str, *steps: Step, **more: object) -> Life:
    return Life(name=name, right=LOOPS, steps=steps, **more)  # type: ignore[arg-type]  # fields are given by name


def _honest(name: str, *steps: Step, **more: object) -> Life:
    return Life(name=name, steps=steps, **more)  # type: ignore[arg-type]  # fields are given by name


def _silent(name: str, *steps: Step) -> Life:
    """What it writes is no update, so that its silence is judged."""
    return Life(name=name, right=SILENT, steps=steps)


PROSE = (
    "Read the brief and the shared rules.",
    "Listed the competitors: Acme, Globex, Initech.",
    "Acme charges 20 dollars a seat, Globex has no public prices.",
    "Initech changed its plans in March; noted both.",
    "Compared support hours, drafted the table.",
    "Table is done, writing the summary.",
    "Summary drafted, checking the figures against the sources.",
    "Figures agree but for one; asked the parent.",
)
IDS = ("8f3a2c91", "0be77d40", "c1d2e3f4", "99a0b1c2", "deadbeef", "7e57ab1e", "5ca1ab1e", "b01dface")
PAGES = ("page", "site", "feed", "index", "list", "table", "queue", "log")
LIMITED = Call("Bash", "curl -s https://shop.example/prices", "429 Too Many Requests, retry in 31", failed=True)
SLEEP = Call("Bash", "sleep 60")

CASES = (
    _planted("the same sentence", *saying(*["Still browsing."] * 8)),
    _planted("a count of tries", *saying(*(f"Still browsing, attempt {n}." for n in range(17, 25)))),
    _planted("a count of tries by uneven steps", *saying(*(f"{n} tries so far." for n in (3, 7, 12, 13, 20, 26)))),
    _planted("a count of the updates", *saying(*(f"Processing batch {n}." for n in range(17, 25)))),
    _planted("tries of a total", *saying(*(f"Attempt {n} of 100 failed, sleeping." for n in range(3, 11)))),
    _planted("random ids", *saying(*(f"Request {name} failed, retrying." for name in IDS))),
    _planted("times and spans", *saying(*(f"Waiting since 09:{n}, for {n} minutes." for n in range(10, 50, 5)))),
    _planted("seconds since 1970", *saying(*(f"Running, t={1772271660 + 97 * n * n}." for n in range(8)))),
    _planted(
        "punctuation",
        *saying(
            "Still running", "still running.", "Still running!", "still -- running", "(still running)", "STILL RUNNING?"
        ),
    ),
    _planted("another emoji each time", *saying(*(f"{sign} still running" for sign in "⏳🔄⌛✨🤖🐢"))),
    _planted("two sentences in turn", *saying(*("Hit the rate limit, sleeping.", "Trying again.") * 4)),
    _planted(
        "two in turn with counters",
        *(
            Step(text)
            for n in range(4)
            for text in (f"Hit the limit, sleeping {60 + n}s.", f"Trying again, attempt {n}.")
        ),
    ),
    _planted(
        "four sentences in turn",
        *saying(*("Opening the page.", "Got a 429.", "Sleeping for a minute.", "Trying again.") * 3),
    ),
    _planted(
        "five sentences in turn",
        *saying(
            *("Opening the page.", "Got a 429.", "Sleeping for a minute.", "Changing the proxy.", "Trying again.") * 3
        ),
    ),
    _planted(
        "rephrasings",
        *saying(
            "Still browsing the competitor pages.",
            "Continuing to browse competitor pages.",
            "I am still going through the competitor pages.",
            "Browsing of competitor pages is ongoing.",
            "Still looking at the pages of competitors.",
            "Competitor pages are being browsed.",
            "Browsing continues on competitor pages.",
        ),
    ),
    _planted(
        "rephrasings of waiting",
        *saying(
            "Waiting for the API to respond.",
            "Still waiting on a response from the API.",
            "The API has not responded yet, waiting.",
            "No response from the API so far.",
            "API still does not respond, I keep waiting.",
            "Waiting; no API response.",
            "Still no response by the API.",
        ),
    ),
    _planted("one word changes", *saying(*(f"Still checking the {word} for updates." for word in PAGES))),
    _planted("a break between", *saying(*["Still browsing."] * 4, "Took a short break.", *["Still browsing."] * 3)),
    _planted(
        "a total that stands still",
        *saying(*(f"{how}429, 3 of 10 pages." for how in ("", "Still ", "Again ", "", "Once more ", "Still "))),
    ),
    _planted("other words, and nothing is made", *saying(*PROSE)),
    _planted("other words like clockwork", *saying(*PROSE), pauses=CLOCKWORK),
    _silent("blank lines only", Step("Started."), *[Step("", appends="\n")] * 6),
    _silent("stamps without a word", Step("Started."), *[Step("", appends="2026-02-28 09:33 - \n")] * 6),
    _planted("no output that was declared", *saying(*PROSE), declares=("out/*.md",)),
    _planted(
        "the same bytes written again",
        *(Step(text, writes=(("out/a.md", "the same"),)) for text in PROSE),
        declares=("out/*.md",),
    ),
    _planted(
        "the same bytes under new names",
        *(Step(text, writes=((f"out/{n}.md", "429"),)) for n, text in enumerate(PROSE)),
        declares=("out/*.md",),
    ),
    _planted(
        "empty outputs",
        *(Step(text, writes=((f"out/{n}.md", ""),)) for n, text in enumerate(PROSE)),
        declares=("out/*.md",),
    ),
    _planted(
        "outputs that are turned back and forth",
        *(Step(text, writes=(("out/a.md", "ab"[n % 2]),)) for n, text in enumerate(PROSE)),
        declares=("out/*.md",),
    ),
    _planted("only its log grows", *(Step(text, writes=(("run.log", "x" * n),)) for n, text in enumerate(PROSE))),
    _planted("the same call with the same result", *(Step(text, calls=(LIMITED, SLEEP)) for text in PROSE)),
    _planted(
        "failures in a row",
        *(
            Step(
                text,
                calls=(
                    Call("Bash", f"make {word}", f"no rule {word}", failed=True),
                    Call("Bash", f"make all-{word}", "no", failed=True),
                ),
            )
            for text, word in zip(PROSE, PAGES, strict=True)
        ),
    ),
    _planted(
        "reads without writes",
        *(
            Step(text, calls=tuple(Call("Read", f"src/{n}-{m}.py", f"line {n} {m}") for m in range(15)))
            for n, text in enumerate(PROSE)
        ),
    ),
    _honest("a crawler that counts towards a total", *saying(*(f"Crawled page {n} of 400." for n in range(17, 26)))),
    _honest("a crawler like clockwork", *saying(*(f"page {n} of 400" for n in range(17, 26))), pauses=CLOCKWORK),
    _honest(
        "a total that grows", *saying(*(f"Pages: {n}/{300 + 3 * n}, 0 errors" for n in (17, 29, 44, 61, 70, 88, 99)))
    ),
    _honest("words of a text", *saying(*(f"Writing analysis section. {n}00/2000 words done." for n in range(4, 12)))),
    _honest("per cent", *saying(*(f"Indexing the archive, {n}% done." for n in (3, 9, 14, 22, 30, 41, 55, 61)))),
    _honest("a runner of tests that counts", *saying(*(f"Test {n} of 480: passed." for n in range(100, 108)))),
    _honest(
        "a runner of tests without a total",
        *saying(*(f"{n} tests passed, {n // 40} failed." for n in (12, 45, 81, 132, 170))),
    ),
    _honest(
        "one slow page within a while", *saying(*(f"Crawled page {n} of 400." for n in (17, 18, 18, 18, 19, 19, 20)))
    ),
    _honest("outputs that the agent counts", *(Step("Wrote another page.", outputs=n) for n in range(8))),
    _honest(
        "a long build that makes files",
        *(Step("Still building.", writes=((f"build/{n}.o", f"object {n}"),)) for n in range(8)),
    ),
    _honest(
        "a long build like clockwork",
        *(Step("Still building.", writes=((f"build/{n}.o", f"object {n}"),)) for n in range(8)),
        pauses=CLOCKWORK,
    ),
    _honest(
        "a writer who says the same and writes",
        *(Step("Writing the next page.", writes=((f"out/{n}.md", f"page {n}"),)) for n in range(8)),
        declares=("out/*.md",),
    ),
    _honest(
        "one file that grows",
        *(Step("Writing on.", writes=(("out/a.md", "page " * (n + 1)),)) for n in range(8)),
        declares=("out/*.md",),
    ),
    _honest("other words with files", *(Step(text, writes=((f"notes/{n}.md", text),)) for n, text in enumerate(PROSE))),
    _honest("other words for a short time", *saying(*PROSE), pauses=(240.0,)),
    _honest(
        "three steps again and again",
        *(Step(text) for n in range(1, 4) for text in (f"Reading page {n} of 9.", "Writing it down.", "Checking it.")),
    ),
    _honest(
        "tests and mends",
        *(
            Step(text, writes=((f"{name}.py", text),))
            for name in ("auth", "billing", "search", "mail")
            for text in (f"Wrote tests of {name}.", f"Mended {name}, tests pass.")
        ),
    ),
    _honest("one who waits for its agents", *saying(*["Waiting for the three workers."] * 8), children=3),
    _honest(
        "a reader that learns something new",
        *(
            Step(text, calls=tuple(Call("Read", f"{n}-{m}.py", f"line {n} {m}") for m in range(4)))
            for n, text in enumerate(PROSE)
        ),
    ),
    _honest(
        "a reader that writes now and then",
        *(
            Step(
                text,
                calls=(
                    *(Call("Read", f"{n}-{m}.py", f"{n} {m}") for m in range(20)),
                    Call("Write", f"n{n}.md", f"note {n}"),
                ),
            )
            for n, text in enumerate(PROSE)
        ),
    ),
    _honest(
        "one who edits the same file",
        *(
            Step(text, calls=tuple(Call("Write", "src/a.py", f"version {n} {m}") for m in range(5)))
            for n, text in enumerate(PROSE)
        ),
    ),
    _honest(
        "one who debugs",
        *(
            Step(
                text, calls=(Call("Bash", "make test", "1 failed", failed=True), Call("Write", "src/a.py", f"try {n}"))
            )
            for n, text in enumerate(PROSE)
        ),
    ),
    _honest(
        "one who follows a build",
        *(Step("Building.", calls=(SLEEP, Call("Bash", "tail -1 build.log", f"[{n}/80] cc"))) for n in range(5)),
    ),
    _honest("a bisection", *saying(*(f"Commit {name}: tried, {2 ** (7 - n)} left." for n, name in enumerate(IDS[:7])))),
)
