"""An independent tus client and raw sockets against the emulator's real ports."""

import asyncio
import io
from urllib.parse import urlsplit

import httpx
import pytest
from tests.conformance.stream.conftest import BYTES, CHUNK, TOKEN, TUS, Served, eventually, metadata
from tusclient.client import TusClient
from tusclient.uploader import Uploader


def create_in(served: Served, size: int) -> tuple[str, str]:
    headers = {
        **TUS,
        "Authorization": f"Bearer {TOKEN}",
        "Upload-Length": str(size),
        "Upload-Metadata": metadata(maxDurationSeconds="60", name="tuspy.mp4"),
    }
    answer = httpx.post(f"{served.account}/stream?direct_user=true", headers=headers)
    assert answer.status_code == 201
    return answer.headers["Location"], answer.headers["stream-media-id"]


async def uploader(url: str, data: bytes) -> Uploader:
    """tuspy blocks, and asks for the offset at once when it is given a URL."""
    return await asyncio.to_thread(TusClient(url).uploader, file_stream=io.BytesIO(data), url=url, chunk_size=CHUNK)


async def video_of(served: Served, uid: str) -> dict:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        return (await http.get(f"{served.account}/stream/{uid}")).json()["result"]


async def stored(served: Served, uid: str) -> bytes:
    core = served.emulator.core
    return await asyncio.to_thread(core.library.source(core.library.require(uid)).read_bytes)


async def test_tuspy_uploads_a_film_that_turns_ready(served, sample):
    url, uid = await asyncio.to_thread(create_in, served, len(sample))
    await asyncio.to_thread((await uploader(url, sample)).upload)
    await eventually(lambda: served.emulator.core.library.require(uid).state in {"ready", "error"})
    video = await video_of(served, uid)
    assert video["readyToStream"], video["status"]


async def test_tuspy_resumes_from_the_offset_that_head_tells(served):
    data = bytes(range(256)) * (2 * CHUNK // 256) + b"the end"
    url, uid = await asyncio.to_thread(create_in, served, len(data))
    first = await uploader(url, data)
    await asyncio.to_thread(first.upload_chunk)
    assert first.offset == CHUNK
    second = await uploader(url, data)
    assert second.offset == CHUNK
    await asyncio.to_thread(second.upload)
    assert await stored(served, uid) == data


async def opened(url: str, start: int, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A PATCH whose body is still to come."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [f"PATCH {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in {**BYTES, "Upload-Offset": str(start)}.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    return reader, writer


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await asyncio.wait_for(writer.wait_closed(), 5)


@pytest.mark.parametrize(("mode", "kept"), [("keep", 600_000), ("floor256k", 524_288), ("drop", 0)])
async def test_what_a_cut_patch_leaves_behind(served, mode, kept):
    served.emulator.switches.partial_patch = mode
    url, uid = await asyncio.to_thread(create_in, served, 2 * CHUNK)
    _, writer = await opened(url, 0, CHUNK)
    writer.write(bytes(600_000))
    await writer.drain()
    await closed(writer)
    source = served.emulator.core.library.source(served.emulator.core.library.require(uid))
    await eventually(lambda: uid not in served.emulator.core.writing and source.stat().st_size == kept)
    async with httpx.AsyncClient() as http:
        assert (await http.head(url, headers=TUS)).headers["Upload-Offset"] == str(kept)
        rest = await http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": str(kept)})
        assert rest.status_code == 204


async def test_a_second_writer_is_refused_at_once_and_others_are_not_held_up(served):
    url, uid = await asyncio.to_thread(create_in, served, 2 * CHUNK)
    _, writer = await opened(url, 0, CHUNK)
    writer.write(bytes(100_000))
    await writer.drain()
    async with httpx.AsyncClient(timeout=1.0) as http:
        await eventually(lambda: uid in served.emulator.core.writing)
        second = await http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": "0"})
        assert second.status_code == 409
        assert (await http.head(url, headers=TUS)).status_code == 200
    await closed(writer)


async def test_a_stalled_patch_is_ended_with_408_and_frees_the_upload(served):
    url, uid = await asyncio.to_thread(create_in, served, 2 * CHUNK)
    reader, writer = await opened(url, 0, CHUNK)
    writer.write(bytes(100_000))
    await writer.drain()
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    assert uid not in served.emulator.core.writing
    await closed(writer)


async def test_an_ordered_cut_resets_the_connection(served):
    url, uid = await asyncio.to_thread(create_in, served, 2 * CHUNK)
    served.emulator.faults.add("patch", cut_after_bytes=300_000)
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.TransportError):
            await http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": "0"})
        assert (await http.head(url, headers=TUS)).headers["Upload-Offset"] == "300000"
    assert len(await stored(served, uid)) == 300_000


async def test_an_ordered_silence_outlasts_the_callers_patience(served):
    served.emulator.faults.add("list", timeout=5)
    async with httpx.AsyncClient(timeout=0.3, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(f"{served.account}/stream")
        assert (await http.get(f"{served.account}/stream")).status_code == 200


async def test_a_refusal_reaches_a_sender_who_is_still_sending(served):
    url, _ = await asyncio.to_thread(create_in, served, 2 * CHUNK)
    async with httpx.AsyncClient() as http:
        for _ in range(3):
            answer = await http.patch(url, content=bytes(CHUNK), headers={**BYTES, "Upload-Offset": "7"})
            assert answer.status_code == 409
