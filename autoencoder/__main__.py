"""``python -m autoencoder``."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Sequence

from .command.options import in_options, parse_options
from .extra import load
from .output import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The options; by default those that the program was called with.

    Returns
    -------
    int
        The exit status: 0 if trained, 1 if training only made the model worse, 2 for bad input or a
        missing library, 130 if interrupted.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning, module=r"autoencoder\.")
        warnings.showwarning = lambda message, *_: complain(in_options(str(message)))
        try:
            options = parse_options(argv)
            # Not at the top: it loads scikit-learn and matplotlib, and --help need not wait for them.
            return load("command.verbs").run(options)
        except KeyboardInterrupt:
            complain("interrupted; each file is whole, or as it was before")
            return 130
        except ImportError as error:
            complain(str(error))
            return 2
        except (OSError, MemoryError) as error:
            complain(str(error) or "there is not enough memory")
            return 2


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        # End without a word, as filters do, when whoever reads our output has had enough.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
