"""When Python looks for garbage: not while the control room starts, and never again through what it started with.

Starting makes hundreds of thousands of objects that stay. Looking through them again and again takes a quarter of the
time to the first screen, and with ten thousand agents a tenth of a second in the midst of a key press.
"""

import gc


def rest() -> None:
    """From now on nothing is looked for, until `resume`."""
    gc.disable()


def resume() -> None:
    """What is there now stays out of it; what comes from now on is looked through. Nothing where it did not rest."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
