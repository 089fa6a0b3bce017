"""Long answers in pages: a client cuts off what is longer than it takes in, so no answer of ours is."""

PAGE = 20_000
"""Characters. Claude Code takes 25,000 tokens of an answer, and a character of some scripts is one."""


def page(text: str, offset: int, tool: str, path: str = "", end: str = "") -> str:
    """The part of a text that begins at `offset`, and where the next one begins; a short text as it is.

    All parts, one after the other, are the text. tool: what to call for the next one. path: a file that holds all of
    it, '' where there is none. end: a line that ends each part, where the text is an agent's; '' for none.
    """
    part = text[offset : offset + PAGE]
    reached = offset + len(part)
    if not part and offset:
        return f"(there is nothing more: it has {len(text)} characters)"
    closed = f"{part}\n{end}" if end else part
    if reached >= len(text):
        return closed
    where = f"; all of it is in {path}" if path else ""
    return f"{closed}\n(… {len(text) - reached} more characters: call {tool} again with offset {reached}{where})"
