"""``python -m autoencoder``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from .options import parse_options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The options; by default those that the program was called with.

    Returns
    -------
    int
        The exit status: 0 trained, 1 the cost stopped being finite, 2 bad input, 130 interrupted.
    """
    options = parse_options(argv)
    try:
        # Not at the top: it loads scikit-learn and matplotlib, and --help need not wait for them.
        from .command import run

        return run(options)
    except KeyboardInterrupt:
        message, status = "interrupted; nothing more was written", 130
    except (OSError, MemoryError) as error:
        message, status = str(error), 2
    print(f"autoencoder: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        # End without a word, as filters do, when whoever reads our output has had enough.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
