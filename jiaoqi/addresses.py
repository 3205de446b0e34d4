"""Ports on this machine: who may listen where."""

import errno
import secrets
import socket

from jiaoqi.errors import PortIsBusy, SettingIsWrong

HOST = "127.0.0.1"
# Below the range from which systems give ports to outgoing connections: one picked there could be gone before its child listens.
FREE_PORTS = range(20_000, 32_000)


class Ports:
    """Hands out ports that nobody listens on, none twice."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self, option: str, wanted: int) -> int:
        """The wanted port, any free one for 0. Raises PortIsBusy, which names the option to change."""
        port = wanted or self._pick()
        if port in self._given or not is_free(port):
            raise PortIsBusy(option, port)
        self._given.add(port)
        return port

    def _pick(self) -> int:
        while True:
            port = secrets.choice(FREE_PORTS)
            if port not in self._given and is_free(port):
                return port


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of the last run that are still closing don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise SettingIsWrong(f"this user may not listen on port {port}") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True
