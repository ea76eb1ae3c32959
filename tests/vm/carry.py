"""Carries bytes between its standard input and output and a TCP port of this machine's loopback.

QEMU starts one for each connection that the guest makes: all that it can reach of the network.
"""

import os
import select
import socket
import sys

IN, OUT = 0, 1


def carry(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as broker:
        ways = {IN: (broker.fileno(),), broker.fileno(): (OUT,)}
        while True:
            readable, _, _ = select.select(list(ways), [], [])
            for source in readable:
                chunk = os.read(source, 65536)
                if not chunk:
                    return
                _write(ways[source][0], chunk)


def _write(target: int, chunk: bytes) -> None:
    while chunk:
        chunk = chunk[os.write(target, chunk) :]


if __name__ == "__main__":
    carry(int(sys.argv[1]))
