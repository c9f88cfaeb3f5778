"""Playback tokens, signed here: RS256 JWTs that stand in a video's address in place of its uid.

Whoever has the address can watch until it ends, so a token never goes into a log, and it lives shortly.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from jose import jwk, jws
from jose.exceptions import JOSEError

from fieldreel.kit.clock import Clock, SystemClock
from fieldreel.stream.errors import SigningKeyUnusable
from fieldreel.stream.models import pem_text, valid_uid

PLAYBACK_TOKEN_LIFETIME = timedelta(hours=1)
"""How long a token lives that the player renews."""
LONGEST_LIFETIME = timedelta(hours=24)
"""Stream takes no token that ends later than this after it was signed."""
MOST_ACCESS_RULES = 5

_UNRENEWED_MIN = timedelta(hours=2)
_UNRENEWED_MAX = timedelta(hours=23)  # an hour of margin for clocks that disagree
_ALGORITHM = "RS256"


class PlaybackSigner:
    """Signs playback tokens with one key, parsed once: parsing takes 40 ms, a signature 0.3 ms and no network.

    Safe to share; holds the private key in memory.
    """

    def __init__(self, key_id: str, pem: str, *, clock: Clock | None = None) -> None:
        """Load the key and prove by one signature that it can sign.

        Args:
            key_id: the key's `id` at Cloudflare.
            pem: its private key, as PEM text or as the base64 of it that Cloudflare hands out.
            clock: the present, for the 24 hour rule; the machine's unless given.

        Raises:
            SigningKeyUnusable: not an RSA private key. The key is not in the message.
        """
        try:
            self._key_id = valid_uid(key_id)
            self._key = jwk.construct(pem_text(pem), _ALGORITHM)
            self._key.sign(b"a public or an elliptic key fails here")
        except (ValueError, JOSEError) as exc:
            raise SigningKeyUnusable(
                "The playback signing key cannot be used. It needs the `id` and the `pem` that Cloudflare gave when the"
                " key was made: an RSA private key without a passphrase, as PEM text or as base64 of it."
            ) from exc
        self._clock = clock or SystemClock()

    def sign(
        self,
        uid: str,
        *,
        expires_at: datetime,
        not_before: datetime | None = None,
        downloadable: bool = False,
        access_rules: Sequence[Mapping[str, object]] = (),
    ) -> str:
        """A token for one video.

        Args:
            uid: the video.
            expires_at: aware; playback stops then, also in the middle of a view.
            not_before: aware; playable from then on.
            downloadable: also opens the MP4 download.
            access_rules: at most five of Stream's rules, first match wins. A phone changes its address while it
                plays: do not bind to one.

        Raises:
            ValueError: `expires_at` is past or more than 24 hours ahead, or there are too many rules.
        """
        if len(access_rules) > MOST_ACCESS_RULES:
            raise ValueError(f"Stream takes {MOST_ACCESS_RULES} access rules, not {len(access_rules)}")
        claims: dict[str, object] = {
            "sub": valid_uid(uid),
            "kid": self._key_id,  # Stream wants it in the claims as well
            "exp": playback_expiry(expires_at, self._clock.now()),
        }
        if not_before is not None:
            claims["nbf"] = int(not_before.timestamp())
        if downloadable:
            claims["downloadable"] = True
        if access_rules:
            claims["accessRules"] = [dict(rule) for rule in access_rules]
        return jws.sign(claims, self._key, headers={"kid": self._key_id}, algorithm=_ALGORITHM)


def playback_expiry(expires_at: datetime, now: datetime) -> int:
    """The `exp` of a playback token in Unix seconds.

    Raises:
        ValueError: it is past or more than 24 hours ahead, so that Stream would refuse the token.
    """
    if expires_at <= now:
        raise ValueError("a playback token that has already ended")
    if expires_at - now > LONGEST_LIFETIME:
        raise ValueError("Stream refuses playback tokens that live longer than 24 hours")
    return int(expires_at.timestamp())


def playback_lifetime(duration_seconds: float | None, *, renewed: bool = True) -> timedelta:
    """How long a token should live.

    Our player renews its token at 80 % of its life and changes it in place, so an hour is enough for a video of any
    length, and a leaked address dies within the hour. What nobody renews (a download) gets three times the length of
    the video, at least 2 and at most 23 hours; `duration_seconds` None counts as short.
    """
    if renewed:
        return PLAYBACK_TOKEN_LIFETIME
    return min(_UNRENEWED_MAX, max(_UNRENEWED_MIN, 3 * timedelta(seconds=duration_seconds or 0)))


def playback_base(hls_url: str) -> str:
    """The address under which an account's videos lie, taken from `StreamVideo.hls_url` of any of them.

    `https://customer-x1.cloudflarestream.com` for `https://customer-x1.cloudflarestream.com/<uid>/manifest/video.m3u8`.

    Raises:
        ValueError: another kind of address.
    """
    manifest = re.fullmatch(r"(https?://.+)/[^/]+/manifest/video\.m3u8", hls_url)
    if manifest is None:
        raise ValueError("not the address of a Stream manifest")
    return manifest[1]


def hls_url(base: str, token: str) -> str:
    """The HLS manifest of the video that `token` opens. `base`: a customer host, or an address with its scheme."""
    return f"{_with_scheme(base)}/{token}/manifest/video.m3u8"


def poster_url(base: str, token: str, *, height: int | None = None) -> str:
    """The first second of the video as a JPEG, `height` pixels high (Stream's 640 wide unless given)."""
    size = "" if height is None else f"&height={height}"
    return f"{_with_scheme(base)}/{token}/thumbnails/thumbnail.jpg?time=1s{size}"


def _with_scheme(base: str) -> str:
    address = base if "://" in base else f"https://{base}"
    return address.rstrip("/")
