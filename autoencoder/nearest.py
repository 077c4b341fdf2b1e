"""The nearest of the names that are known to one that is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# Between 0 and 1: so much alike names must be. Less would offer --drop-missing for --drop.
_ALIKE = 0.65


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message that offers the nearest name, in whatever case; empty if none is near.

    Examples
    --------
    >>> did_you_mean("Rpm", ["flow", "rpm"]), did_you_mean("--hiden", ["--hidden", "--seed"])
    ('; did you mean rpm?', '; did you mean --hidden?')
    >>> did_you_mean("pressure", ["flow", "rpm"])
    ''
    """
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=_ALIKE)
    return f"; did you mean {folded[near[0]]}?" if near else ""
