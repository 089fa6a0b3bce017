"""The cases, one area a module: `CASES`, a function `judge`, and a `FLOOR` where not every verdict can be right.

A module whose name begins with an underscore holds no cases. `tests/campaign/corpora.py` finds the others.
"""
