"""Who may watch: signed URLs, the life of a token, access rules, downloads and allowed origins."""

import base64
import io
import json
from typing import Any
from urllib.parse import urljoin

import av
import jwt
import pytest
from tests.conformance.stream.conftest import MEDIA, Stream


@pytest.fixture
async def signed(stream: Stream, sample: bytes) -> str:
    uid = await stream.upload(sample, requiresignedurls=None)
    assert (await stream.settled(uid))["requireSignedURLs"] is True
    return uid


@pytest.fixture
async def key(stream: Stream) -> dict[str, str]:
    return await stream.result("POST", "stream/keys")


def token_of(
    stream: Stream, key: dict[str, str], uid: str, *, life: float = 3600, headers: dict | None = None, **claims: Any
) -> str:
    now = stream.emulator.clock.now().timestamp()
    payload = {"sub": uid, "kid": key["id"], "exp": int(now + life), **claims}
    pem = base64.b64decode(key["pem"])
    return jwt.encode(payload, pem, algorithm="RS256", headers={"kid": key["id"], **(headers or {})})


async def status_of(stream: Stream, name: str, path: str = "manifest/video.m3u8", **headers: str) -> int:
    return (await stream.http.get(f"{MEDIA}/{name}/{path}", headers=headers)).status_code


async def test_a_key_is_pkcs1_pem_and_jwk_of_the_same_numbers(key):
    assert base64.b64decode(key["pem"]).startswith(b"-----BEGIN RSA PRIVATE KEY-----")
    jwk = json.loads(base64.b64decode(key["jwk"]))
    assert (jwk["kid"], jwk["alg"], jwk["kty"], jwk["use"]) == (key["id"], "RS256", "RSA", "sig")
    signed = jwt.encode({"a": 1}, jwt.PyJWK(jwk).key, algorithm="RS256")
    public = jwt.PyJWK({name: jwk[name] for name in ("kty", "n", "e", "alg")}).key
    assert jwt.decode(signed, public, algorithms=["RS256"]) == {"a": 1}


async def test_a_bare_uid_opens_nothing_of_a_signed_video(stream, signed):
    for path in (
        "manifest/video.m3u8",
        "manifest/stream/init.mp4",
        "manifest/emulator.mp4",
        "thumbnails/thumbnail.jpg",
        "iframe",
        "watch",
    ):
        assert await status_of(stream, signed, path) == 401, path


async def test_a_token_opens_playlist_segments_picture_and_player(stream, signed, key):
    token = token_of(stream, key, signed)
    master_url = f"{MEDIA}/{token}/manifest/video.m3u8"
    master = await stream.http.get(master_url)
    assert master.headers["Cache-Control"] == "no-store"
    assert master.headers["Access-Control-Allow-Origin"] == "*"
    media_url = urljoin(master_url, next(line for line in master.text.splitlines() if line and line[0] != "#"))
    assert token in media_url  # relative URLs inherit the token of the path
    playlist = (await stream.http.get(media_url)).text
    names = ["init.mp4", *(line for line in playlist.splitlines() if line and line[0] != "#")]
    film = b"".join([(await stream.http.get(urljoin(media_url, name))).content for name in names])
    with av.open(io.BytesIO(film)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == 5 * 24
    assert await status_of(stream, token, "iframe") == 200
    picture = await stream.http.get(f"{MEDIA}/{token}/thumbnails/thumbnail.jpg?time=2s&width=160")
    with av.open(io.BytesIO(picture.content)) as image:
        assert (image.streams.video[0].width, image.streams.video[0].height) == (160, 90)


@pytest.mark.parametrize(
    ("life", "claims", "headers", "status"),
    [
        (86_399, {}, {}, 200),
        (86_500, {}, {}, 401),  # more than 24 hours ahead
        (-1, {}, {}, 401),
        (3600, {"nbf": 4_000_000_000}, {}, 401),
        (3600, {"kid": "another"}, {}, 401),
        (3600, {"sub": "0" * 32}, {}, 404),
        (3600, {}, {"kid": "unknown"}, 401),
        (3600, {"exp": "soon"}, {}, 401),
    ],
)
async def test_what_a_token_must_say(stream, signed, key, life, claims, headers, status):
    assert await status_of(stream, token_of(stream, key, signed, life=life, headers=headers, **claims)) == status


async def test_a_token_ends_in_the_middle_of_a_film(stream, signed, key):
    token = token_of(stream, key, signed, life=60)
    assert await status_of(stream, token, "manifest/stream/segment-00000.m4s") == 200
    stream.advance(seconds=61)
    assert await status_of(stream, token, "manifest/stream/segment-00001.m4s") == 401


async def test_a_token_of_another_key_or_algorithm_is_refused(stream, signed, key):
    other = await stream.result("POST", "stream/keys")
    assert await status_of(stream, token_of(stream, {**other, "id": key["id"]}, signed)) == 401
    claims = {"sub": signed, "exp": 4_000_000_000}
    hs256 = jwt.encode(claims, "k" * 64, algorithm="HS256", headers={"kid": key["id"]})
    assert await status_of(stream, hs256) == 401
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": key["id"]})
    assert await status_of(stream, unsigned) == 401
    assert await status_of(stream, "a.b.c") == 401


async def test_deleting_a_key_ends_its_tokens(stream, signed, key):
    token = token_of(stream, key, signed)
    assert await status_of(stream, token) == 200
    await stream.result("DELETE", f"stream/keys/{key['id']}")
    assert await status_of(stream, token) == 401


async def test_streams_own_token_has_string_times_and_no_typ(stream, signed):
    token = (await stream.result("POST", f"stream/{signed}/token"))["token"]
    assert set(jwt.get_unverified_header(token)) == {"alg", "kid"}
    claims = jwt.decode(token, options={"verify_signature": False})
    assert isinstance(claims["exp"], str)
    assert isinstance(claims["nbf"], str)
    assert await status_of(stream, token) == 200
    now = stream.emulator.clock.now().timestamp()
    for body in ({"exp": int(now + 90_000)}, {"id": "without pem"}, {"id": "x", "pem": "bm8="}):
        assert (await stream.http.post(f"stream/{signed}/token", json=body)).status_code == 400


@pytest.mark.parametrize(
    ("rules", "ip", "status"),
    [
        (
            [{"type": "ip.geoip.country", "country": ["NL"], "action": "allow"}, {"type": "any", "action": "block"}],
            "192.0.2.7",
            200,
        ),
        (
            [{"type": "ip.geoip.country", "country": ["FR"], "action": "allow"}, {"type": "any", "action": "block"}],
            "192.0.2.7",
            403,
        ),
        ([{"type": "ip.src", "ip": ["192.0.2.0/24"], "action": "block"}], "192.0.2.7", 403),
        (
            [{"type": "ip.src", "ip": ["192.0.2.0/24"], "action": "block"}],
            "2001:db8::1",
            200,
        ),  # IPv4 rules miss IPv6 viewers
        ([{"type": "ip.src", "ip": ["198.51.100.0/24"], "action": "block"}], "192.0.2.7", 200),  # no match lets in
        (
            [{"type": "any", "action": "block"}, {"type": "any", "action": "allow"}],
            "192.0.2.7",
            403,
        ),  # the first decides
        ([{"type": "any", "action": "allow"}] * 6, "192.0.2.7", 401),  # at most five
    ],
)
async def test_access_rules(stream, signed, key, rules, ip, status):
    stream.emulator.switches.viewer_ip, stream.emulator.switches.viewer_country = ip, "NL"
    assert await status_of(stream, token_of(stream, key, signed, accessRules=rules)) == status


async def test_a_download_needs_the_switch_and_the_claim(stream, signed, key):
    plain, downloadable = token_of(stream, key, signed), token_of(stream, key, signed, downloadable=True)
    path = "downloads/default.mp4"
    assert await status_of(stream, downloadable, path) == 404
    await stream.result("POST", f"stream/{signed}/downloads")
    assert await status_of(stream, plain, path) == 403
    answer = await stream.http.get(f"{MEDIA}/{downloadable}/{path}?filename=my-film")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-film.mp4"'
    with av.open(io.BytesIO(answer.content)) as film:
        assert film.duration == pytest.approx(5_000_000, abs=100_000)
    part = await stream.http.get(f"{MEDIA}/{downloadable}/{path}", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert await status_of(stream, downloadable, path + "?filename=a/b") == 400


ENTRIES = "tool.example.edu,*.x.org,localhost:8000"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://tool.example.edu", 200),
        ("https://tool.example.edu:443", 200),
        ("https://tool.example.edu:8443", 403),
        ("https://www.tool.example.edu", 403),
        ("https://a.x.org", 200),
        ("https://a.b.x.org", 200),
        ("https://x.org", 403),
        ("https://notx.org", 403),
        ("http://localhost:8000", 200),
        ("http://localhost:8001", 403),
        (MEDIA, 200),  # Stream's own player page
    ],
)
async def test_allowed_origins(stream, sample, origin, status):
    uid = await stream.upload(sample, allowedorigins=ENTRIES)
    await stream.settled(uid)
    assert await status_of(stream, uid, Origin=origin) == status
    assert await status_of(stream, uid, "manifest/stream/init.mp4", Referer=f"{origin}/page") == status


async def test_a_page_that_hides_itself_is_no_allowed_origin(stream, sample):
    uid = await stream.upload(sample, allowedorigins=ENTRIES)
    await stream.settled(uid)
    assert await status_of(stream, uid) == 403
    assert (
        await status_of(stream, uid, "thumbnails/thumbnail.jpg") == 200
    )  # hotlink protection of playback, not of pictures


async def test_nothing_outside_a_videos_folder_is_served(stream, sample):
    uid = await stream.upload(sample)
    await stream.settled(uid)
    for file in ("..%2Fvideo.json", "%2e%2e/video.json", "main.m3u8", "source"):
        assert await status_of(stream, uid, f"manifest/stream/{file}") == 404


async def test_pictures_are_cut_to_measure(stream, sample):
    uid = await stream.upload(sample)
    await stream.settled(uid)
    for fit, size in {"crop": (100, 100), "fill": (100, 100), "scale": (100, 100), "clip": (100, 56)}.items():
        answer = await stream.http.get(f"{MEDIA}/{uid}/thumbnails/thumbnail.jpg?width=100&height=100&fit={fit}")
        with av.open(io.BytesIO(answer.content)) as image:
            assert (image.streams.video[0].width, image.streams.video[0].height) == size
    for query in ("time=soon", "width=99999", "fit=best"):
        assert await status_of(stream, uid, f"thumbnails/thumbnail.jpg?{query}") == 400
