"""Measures memory, in a contestant's process.

It is the process as a whole: `tracemalloc` knows NumPy's arrays, but not JAX's and PyTorch's.
"""

from __future__ import annotations

import re
from pathlib import Path

from contestants import Contestant
from workloads import DONUTS, Autoencoder

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
measurable = CLEAR_REFS.exists()  # on Linux


def memory_of_a_step(contestant: Contestant, model: Autoencoder) -> int:
    """The bytes that the process grows by when it trains, beyond the data.

    Buffers that are kept from step to step count; what compilation takes in passing does not.
    """
    DONUTS.step(contestant).run()  # now the library is loaded
    step = model.step(contestant)
    before = status("VmRSS")
    step.run()
    CLEAR_REFS.write_text("5")  # the peak is now what is in use
    for _ in range(3):
        step.run()
    return status("VmHWM") - before


def status(field: str) -> int:
    """Bytes in use now (VmRSS), or at most so far (VmHWM)."""
    match = re.search(rf"^{field}:\s*(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    assert match
    return 1024 * int(match[1])
