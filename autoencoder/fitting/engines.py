"""The engine that trains: NumPy, or loops in C where a compiler is and training is long enough."""

from __future__ import annotations

# Compiling takes about half a second for each number of rows that a step has, of which there are two.
_WORTH_COMPILING = 5.0  # seconds of NumPy
# What NumPy takes, in seconds: for the calls of a step, a function of an element, a multiplication.
_A_STEP, _A_FUNCTION, _A_MULTIPLICATION = 4e-5, 1e-9, 2e-10
# NumPy computes many rows in blocks; C keeps for all rows of a step what goes between its products.
_MOST_ELEMENTS = 20_000_000

ENGINES = {"auto": None, "numpy": "FAST_RUN", "c": "C"}  # with their modes


def mode_of(engine: str, n_steps: int, n_rows: int, n_features: int, n_hidden: int) -> str | None:
    """Return the mode to compile a step of training in; None is what `minigrad.config` says.

    Parameters
    ----------
    engine : {'auto', 'numpy', 'c'}
        'auto' is C if a compiler is found, a step has no more than 20 million elements of data, and
        NumPy would take more than five seconds, which is reckoned and not measured: so it does not
        depend on how busy the machine is.
    n_steps, n_rows : int
        Steps of training, and the rows that they go over, in all epochs together.
    n_features, n_hidden : int

    Examples
    --------
    >>> mode_of("numpy", 1, 9000, 4, 2), mode_of("c", 1, 9000, 4, 2)
    ('FAST_RUN', 'C')
    >>> mode_of("auto", 1, 9000, 4, 2) is None
    True
    """
    if engine != "auto" or not _is_worth_it(n_steps, n_rows, n_features, n_hidden):
        return ENGINES[engine]
    return "C" if has_compiler() else None


def has_compiler() -> bool:
    """Return whether a compiler of C is found."""
    try:
        from minigrad.native import has_compiler as found
    except ModuleNotFoundError as error:  # it is optional, as the planner that it needs
        if not str(error.name).startswith(("minigrad.native", "minigrad.planner")):
            raise
        return False
    return found()


def _is_worth_it(n_steps: int, n_rows: int, n_features: int, n_hidden: int) -> bool:
    weights = n_features * n_hidden
    functions = 4 * n_features + 10 * n_hidden
    a_row = functions * _A_FUNCTION + 5 * weights * _A_MULTIPLICATION
    seconds = n_steps * _A_STEP + n_rows * a_row
    return n_rows * n_features <= n_steps * _MOST_ELEMENTS and seconds > _WORTH_COMPILING
