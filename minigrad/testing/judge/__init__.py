"""Decide whether a gradient agrees with a function, both given as numbers.

This package imports NumPy and the standard library, but no other part of minigrad.

>>> import numpy as np
>>> from minigrad.testing.judge.arguments import Arguments
>>> from minigrad.testing.judge.handwritten import HandwrittenFunction
>>> from minigrad.testing.judge.verdict import check
>>> check(HandwrittenFunction(np.sin, np.cos, Arguments(["x"], [0.5])))
<Report: derivatives: 1 agree>
"""
