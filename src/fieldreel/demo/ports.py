"""Where the parts of a stack listen."""

import socket
from collections.abc import Callable
from dataclasses import astuple, dataclass

from fieldreel.demo.errors import DemoError

_TRIES = 50


@dataclass(frozen=True, slots=True)
class Ports:
    """One TCP port on the loopback address for each part."""

    app: int = 8800
    lms: int = 8801
    stream_api: int = 8811
    stream_media: int = 8812

    @property
    def app_url(self) -> str:
        """The product's origin. By address, while the LMS is by name: two sites, as between a college and us."""
        return f"http://127.0.0.1:{self.app}"

    @property
    def lms_url(self) -> str:
        """The LMS's origin, and its issuer."""
        return f"http://localhost:{self.lms}"

    @property
    def stream_api_url(self) -> str:
        """The origin of the Stream emulator's API."""
        return f"http://127.0.0.1:{self.stream_api}"

    @property
    def stream_media_url(self) -> str:
        """The origin that takes and plays video bytes."""
        return f"http://127.0.0.1:{self.stream_media}"


def choose_ports(preferred: Ports, say: Callable[[str], None]) -> Ports:
    """The preferred ports, each busy one replaced by the next free one and spoken of.

    Raises:
        DemoError: fifty in a row are busy.
    """
    chosen: list[int] = []
    for wanted in astuple(preferred):
        port = next((p for p in range(wanted, min(wanted + _TRIES, 65_536)) if p not in chosen and is_free(p)), None)
        if port is None:
            raise DemoError(f"No free port between {wanted} and {wanted + _TRIES}. Name another with the port options.")
        if port != wanted:
            say(f"Port {wanted} is busy, using {port} instead.")
        chosen.append(port)
    return Ports(*chosen)


def free_ports() -> Ports:
    """Four ports that nobody listens on, chosen by the system."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in astuple(Ports())]
    try:
        return Ports(*(each.getsockname()[1] for each in sockets))
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    """Whether nobody listens on the port, neither on 127.0.0.1 nor on ::1, where `localhost` may lead first."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, port)) == 0:
                    return False
        except OSError:  # a machine without IPv6
            continue
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
