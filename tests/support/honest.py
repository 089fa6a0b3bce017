"""Texts that agents and operators do write, and whose every letter counts: handed on, they arrive as they are."""

_WORDS = " ".join(f"Finding {number}: the page of competitor {number} hides its price." for number in range(1700))

HONEST: dict[str, str] = {
    "tabs": "all:\n\tmake build\n\tmake test\nEND",
    "spaces": "Keep   three spaces,\n    the indentation,\nand these at the end:  \nEND",
    "joiners": "Use \U0001f469\u200d\U0001f4bb, Donau\u00addampf, \u0915\u094d\u200d\u0937 and \u2764\ufe0f. END",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324 and \u0e01\u0e33 END",
    "returns": "one\r\ntwo\r\nthree\rfour END",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u200f(1) \u0645\u0631\u062d\u0628\u0627 END",
    "a long line": "Return exactly: " + ", ".join(map(str, range(8000))) + " END",
    "many lines": "\n".join(f"Requirement {number} must hold." for number in range(2500)) + "\nEND",
    "100 KB": _WORDS[: 100 * 1024] + " END",
    "fences": "```\n## a heading\n> a quote\n````\nEND",
}
