"""Our key pairs."""

import asyncio
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pylti1p3.registration import Registration

from fieldreel.lti.tool_keys import load_signing_key, new_tool_key


async def test_a_new_pair_signs_what_its_public_half_verifies():
    pair = await new_tool_key()
    key = await load_signing_key(pair.private_pem)
    token = jwt.encode({"sub": "x"}, key.private_key, algorithm="RS256", headers={"kid": key.kid})

    assert key.kid == pair.kid == pair.public_jwk["kid"]
    assert jwt.decode(token, jwt.PyJWK(pair.public_jwk), algorithms=["RS256"]) == {"sub": "x"}
    assert set(pair.public_jwk) == {"kty", "n", "e", "alg", "use", "kid"}


async def test_the_key_id_is_the_thumbprint_that_others_compute():
    pair = await new_tool_key()
    key = await load_signing_key(pair.private_pem)
    pem = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert Registration.get_jwk(pem.decode())["kid"] == pair.kid


async def test_a_key_of_another_kind_is_refused():
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="RSA"):
        await load_signing_key(pem)


async def test_making_a_pair_leaves_the_event_loop_free():
    making = asyncio.create_task(new_tool_key())
    ticks = 0
    started = time.perf_counter()
    while not making.done() and time.perf_counter() - started < 30:
        await asyncio.sleep(0.001)
        ticks += 1
    await making
    assert ticks >= 2
