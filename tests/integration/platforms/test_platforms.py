"""Connecting platforms: sealed keys, published halves, approval, and what is refused."""

import uuid

import jwt
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from fieldreel.db import Database
from fieldreel.kit.clock import ShiftedClock
from fieldreel.kit.crypto import SealBroken, Sealer
from fieldreel.lti.errors import DeploymentBlocked, MissingLoginParameter, UnknownDeployment, UnknownRegistration
from fieldreel.platforms import routes
from fieldreel.platforms.errors import DeploymentNotFound, RegistrationExists, RegistrationNotFound, UnsafeAddress
from fieldreel.platforms.keyring import ToolKeyring
from fieldreel.platforms.schemas import NewPlatform
from fieldreel.platforms.service import Platforms
from fieldreel.web import problems

NOWHERE = uuid.UUID(int=1)


def moodle(**overrides):
    return NewPlatform(
        **{
            "name": "Moodle",
            "issuer": "https://moodle.example.edu",
            "client_id": "abc",
            "authorization_url": "https://moodle.example.edu/mod/lti/auth.php",
            "token_url": "https://moodle.example.edu/mod/lti/token.php",
            "jwks_url": "https://moodle.example.edu/mod/lti/certs.php",
            **overrides,
        }
    )


@pytest.fixture
async def database(database_url):
    database = Database(database_url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
def sealer():
    return Sealer([Fernet.generate_key().decode()])


@pytest.fixture
def clock():
    return ShiftedClock()


@pytest.fixture
def platforms(database, sealer, clock):
    return Platforms(database.begin, sealer, clock, require_https=True)


@pytest.fixture
async def browser(platforms):
    app = FastAPI()
    app.state.provided = {Platforms: platforms}
    app.state.problem_base = "https://video.example.edu/problems/"
    problems.install(app)
    app.include_router(routes.router)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://video.example.edu") as client:
        yield client


async def test_what_the_keyring_signs_the_published_key_set_verifies(platforms, database, sealer, clock, browser):
    added = await platforms.add(moodle(deployment_ids=("6",)))
    key = await ToolKeyring(database.begin, sealer, clock).signing_key(added.id)
    token = jwt.encode({"sub": "x"}, key.private_key, algorithm="RS256", headers={"kid": key.kid})

    answer = await browser.get(f"/lti/jwks/{added.id}.json")

    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    (jwk,) = answer.json()["keys"]
    assert jwk["kid"] == key.kid
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(jwk)
    assert jwt.decode(token, jwt.PyJWK(jwk), algorithms=["RS256"]) == {"sub": "x"}
    assert [(one.deployment_id, one.status) for one in added.deployments] == [("6", "active")]


async def test_the_private_key_is_sealed_at_rest(platforms, database):
    await platforms.add(moodle())
    row = await database.fetchrow("SELECT private_key_sealed FROM tool_keys")
    assert b"PRIVATE KEY" not in row["private_key_sealed"]


async def test_another_secret_key_does_not_open_it(platforms, database, clock):
    added = await platforms.add(moodle())
    stranger = Sealer([Fernet.generate_key().decode()])
    with pytest.raises(SealBroken):
        await ToolKeyring(database.begin, stranger, clock).signing_key(added.id)


async def test_each_registration_has_a_key_of_its_own(platforms):
    first = await platforms.add(moodle())
    second = await platforms.add(moodle(client_id="def"))
    assert first.keys[0].kid != second.keys[0].kid


async def test_the_keyring_parses_a_key_once(platforms, database, sealer, clock):
    added = await platforms.add(moodle())
    keyring = ToolKeyring(database.begin, sealer, clock)
    assert await keyring.signing_key(added.id) is await keyring.signing_key(added.id)
    with pytest.raises(RegistrationNotFound):
        await keyring.signing_key(NOWHERE)


async def test_a_registration_is_never_overwritten(platforms):
    await platforms.add(moodle())
    with pytest.raises(RegistrationExists):
        await platforms.add(moodle(token_url="https://evil.example/token"))
    (only,) = await platforms.list()
    assert only.token_url == "https://moodle.example.edu/mod/lti/token.php"


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ({"issuer": "moodle.example.edu"}, "/issuer"),
        ({"authorization_url": "http://moodle.example.edu/auth"}, "/authorization_url"),
        ({"token_url": "ftp://moodle.example.edu"}, "/token_url"),
        ({"jwks_url": ""}, "/jwks_url"),
        ({"authorization_url": "https://moodle.example.edu/auth#part"}, "/authorization_url"),
        ({"frame_ancestors": ("https://a.example/path",)}, "/frame_ancestors/0"),
        ({"frame_ancestors": ("https://a.example", "'none'; script-src *")}, "/frame_ancestors/1"),
    ],
)
async def test_an_address_that_cannot_be_used_is_named(platforms, overrides, pointer):
    with pytest.raises(UnsafeAddress) as refusal:
        await platforms.add(moodle(**overrides))
    assert [fault["pointer"] for fault in refusal.value.extensions["errors"]] == [pointer]
    assert await platforms.list() == []


async def test_in_development_a_platform_on_this_machine_may_use_http(database, sealer, clock):
    lenient = Platforms(database.begin, sealer, clock, require_https=False)
    added = await lenient.add(moodle(issuer="http://127.0.0.1:9000", token_url="http://127.0.0.1:9000/token"))
    assert added.issuer == "http://127.0.0.1:9000"


async def test_an_issuer_is_compared_exactly(platforms):
    await platforms.add(moodle())
    assert (await platforms.find_for_login("https://moodle.example.edu", None)).protocol.client_id == "abc"
    for issuer in ("https://moodle.example.edu/", "https://MOODLE.example.edu", "http://moodle.example.edu", ""):
        with pytest.raises(UnknownRegistration):
            await platforms.find_for_login(issuer, None)


async def test_a_shared_issuer_needs_a_client_id(platforms):
    canvas = "https://canvas.instructure.com"
    for client_id in ("1", "2"):
        await platforms.add(moodle(issuer=canvas, client_id=client_id, frame_ancestors=("https://uni.example.edu",)))
    with pytest.raises(MissingLoginParameter):
        await platforms.find_for_login(canvas, None)
    found = await platforms.find_for_login(canvas, "2")
    assert found.protocol.client_id == "2"
    assert found.frame_ancestors == (canvas, "https://moodle.example.edu", "https://uni.example.edu")
    assert (await platforms.find_for_token(canvas, ("1",))).protocol.client_id == "1"
    with pytest.raises(UnknownRegistration):
        await platforms.find_for_token(canvas, ("3",))


async def test_an_unknown_issuer_asks_the_database_once_and_a_new_registration_is_seen_at_once(platforms, database):
    with pytest.raises(UnknownRegistration):
        await platforms.find_for_login("https://moodle.example.edu", None)
    await platforms.add(moodle())
    assert await platforms.find_for_login("https://moodle.example.edu", None)


async def test_a_deployment_waits_is_approved_and_is_blocked(platforms):
    added = await platforms.add(moodle())
    assert isinstance(await platforms.refused_deployment(added.id, "6"), UnknownDeployment)
    assert isinstance(await platforms.refused_deployment(added.id, "6"), UnknownDeployment)
    approved = await platforms.approve(added.id, "6")
    assert [(one.deployment_id, one.status) for one in approved.deployments] == [("6", "active")]
    blocked = await platforms.block(added.id, "6")
    assert [one.status for one in blocked.deployments] == ["blocked"]
    assert isinstance(await platforms.refused_deployment(added.id, "6"), DeploymentBlocked)


async def test_things_that_are_not_there_are_said_so(platforms, browser):
    added = await platforms.add(moodle())
    with pytest.raises(RegistrationNotFound):
        await platforms.show(NOWHERE)
    with pytest.raises(RegistrationNotFound):
        await platforms.approve(NOWHERE, "1")
    with pytest.raises(RegistrationNotFound):
        await platforms.set_enabled(NOWHERE, enabled=False)
    with pytest.raises(RegistrationNotFound):
        await platforms.get_protocol(NOWHERE)
    with pytest.raises(DeploymentNotFound):
        await platforms.block(added.id, "never seen")
    answer = await browser.get(f"/lti/jwks/{NOWHERE}.json")
    assert (answer.status_code, answer.json()["code"]) == (404, "platform.not_found")
