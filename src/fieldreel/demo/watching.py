"""What a player does with a playback token, and what a thief would try."""

import base64
import json
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from fieldreel.demo.browser import Browser
from fieldreel.demo.errors import StepFailed

_OK = 200
_REFUSED = {401, 403}


@dataclass(frozen=True)
class Watched:
    """What came of playing the beginning of a video."""

    segment_url: str
    segment_bytes: int
    segments: int


def play(browser: Browser, hls_url: str) -> Watched:
    """Fetch the manifest, its first quality level and that level's first segment, as a player begins (RFC 8216).

    Raises:
        StepFailed: one of them did not come, or is not what it should be.
    """
    level_url = urljoin(hls_url, _entries(_text(browser, hls_url))[0])
    level = _text(browser, level_url)
    if "#EXT-X-ENDLIST" not in level:
        raise StepFailed("the quality level is not the whole video")
    entries = _entries(level)
    segment_url = urljoin(level_url, entries[0])
    segment = _get(browser, segment_url).content
    if not segment:
        raise StepFailed("the first segment is empty")
    return Watched(segment_url, len(segment), len(entries))


def refuse(browser: Browser, url: str) -> int:
    """The status with which Stream refuses `url`.

    Raises:
        StepFailed: it gives it out, or fails in another way.
    """
    status = browser.request("GET", url).status_code
    if status not in _REFUSED:
        raise StepFailed(f"Stream answered {status} instead of refusing {url}")
    return status


def video_uid(playback_token: str) -> str:
    """The uid at Stream that a playback token is for (its `sub`), unverified."""
    payload = playback_token.split(".")[1]
    uid: str = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
    return uid


def _get(browser: Browser, url: str) -> httpx.Response:
    response = browser.request("GET", url, headers={"Origin": browser.ports.app_url})
    if response.status_code != _OK:
        raise StepFailed(f"Stream answered {response.status_code} to {url.rsplit('/', 1)[-1]}: {response.text[:200]}")
    return response


def _text(browser: Browser, url: str) -> str:
    text = _get(browser, url).text
    if not text.startswith("#EXTM3U"):
        raise StepFailed(f"{url.rsplit('/', 1)[-1]} is no HLS playlist")
    return text


def _entries(playlist: str) -> list[str]:
    entries = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    if not entries:
        raise StepFailed("the playlist names nothing")
    return entries
