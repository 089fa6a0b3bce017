"""What the values of our files may be at most: msgspec holds it where a file is read, and nowhere else."""

from typing import Annotated

from msgspec import Meta

Text = Annotated[str, Meta(max_length=20_000)]
HandedOn = Annotated[str, Meta(max_length=1 << 20)]
"""A text that is handed on whole, as long as the file that holds it may be: none of it is ever cut."""
NonEmpty = Annotated[str, Meta(min_length=1, max_length=20_000)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=1000)]
Strings = Annotated[tuple[str, ...], Meta(max_length=1000)]
"""Texts of any length, for a command that is cut is another command."""
Count = Annotated[int, Meta(ge=0, le=2**53)]
"""A whole number that JSON of any language holds."""
Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A whole number of the kernel's."""
Seconds = Annotated[float, Meta(ge=-1e12, le=1e12)]
Dollars = Annotated[float, Meta(ge=0, lt=1e12)]
SlotCount = Annotated[int, Meta(ge=1, le=1000)]
Pid = Annotated[int, Meta(gt=1, lt=2**31)]
"""0, 1 and below must never be signalled: they mean a whole group, init, or every process."""
ExitCode = Annotated[int, Meta(ge=-(2**32), le=2**32)]
Outcomes = Annotated[tuple[tuple[Text, bool], ...], Meta(max_length=1000)]
"""(text, passed) of acceptance checks."""
