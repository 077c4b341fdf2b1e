"""The Dask cluster that ``--dask`` names."""

from __future__ import annotations

import logging
import signal
import socket

import distributed
from distributed.comm import get_address_host_port

LOCAL = "local"
# How long a scheduler may take to answer, in seconds.
PATIENCE = 10


def connect(address: str) -> distributed.Client:
    """Connect to a scheduler, which from now on computes for Dask.

    Parameters
    ----------
    address : str
        Such as ``tcp://192.168.0.1:8786``; or ``local``, for processes on this machine, one for
        each core, which end with the client.

    Raises
    ------
    ValueError
        If no scheduler answers there.
    """
    if hasattr(signal, "SIGPIPE"):
        # A worker that goes away closes its connection, which must not end this program.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        if address == LOCAL:
            return distributed.Client(
                processes=True,
                threads_per_worker=1,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
            )
        # A client that cannot connect stays Dask's default one, and complains when it is deleted.
        socket.create_connection(get_address_host_port(address), PATIENCE).close()
        return distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"{address}: no scheduler answers there ({type(error).__name__}); give the address that "
            "'dask scheduler' prints, as tcp://192.168.0.1:8786, or local"
        ) from error
