"""A Cloudflare Stream account that runs on this machine.

Owns: the rules of the Stream API, the tus upload host and the delivery host as Cloudflare documents them and as others
have seen them behave: what is refused, what is ignored in silence, what comes late, and how it fails on order.
Refuses: to be lenient where the real service is not, to be strict where it is not, and to know our client. Where the
real behaviour is not known there is a switch, so that a client can be tested under every answer.

The API and the media host are two origins. Uploads are real files, probed and cut into HLS with PyAV.
"""

from fieldreel.emulators.stream.app import Listeners, StreamEmulator, serve
from fieldreel.emulators.stream.config import StreamEmulatorConfig, Switches
from fieldreel.emulators.stream.faults import Fault, Faults
from fieldreel.emulators.stream.media import make_sample_video

__all__ = [
    "Fault",
    "Faults",
    "Listeners",
    "StreamEmulator",
    "StreamEmulatorConfig",
    "Switches",
    "make_sample_video",
    "serve",
]
