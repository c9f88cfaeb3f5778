"""The floors: what a launch and a playback token cost when somebody writes the least that is still right.

FastAPI and asyncpg, keys loaded once, one statement per request, states durable and single use. No middleware, no log,
no error pages, no tables but its own. Run as `python -m tests.bench.floors`.
"""

import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import asyncpg
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import RedirectResponse
from jose import jwk, jws
from jose import jwt as jose_jwt

TABLES = """
CREATE TABLE states (state text PRIMARY KEY, nonce text NOT NULL, binding text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE sessions (id text PRIMARY KEY, person text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE videos (id uuid PRIMARY KEY, person text NOT NULL, uid text NOT NULL);
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, video uuid, person text, at timestamptz);
"""
INSERT_STATE = "INSERT INTO states VALUES ($1, $2, $3, now())"
CONSUME = """
WITH consumed AS (DELETE FROM states WHERE state = $1 AND nonce = $2 AND binding = $3 RETURNING state)
INSERT INTO sessions SELECT $4, $5, now() FROM consumed RETURNING id
"""
WATCH = """
WITH video AS (SELECT id, uid FROM videos WHERE id = $1 AND person = $2),
logged AS (INSERT INTO audit (video, person, at) SELECT id, $2, now() FROM video)
SELECT uid FROM video
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    env = os.environ
    key = load_pem_public_key(env["FLOOR_PLATFORM_KEY"].encode())
    assert isinstance(key, RSAPublicKey)
    app.state.key = key
    app.state.session_key = jwk.construct(env["FLOOR_SESSION_KEY"], "HS256")
    app.state.signing_key = jwk.construct(env["FLOOR_SIGNING_KEY"], "RS256")
    app.state.authorize = f"{env['FLOOR_ISSUER']}/mod/lti/auth.php?"
    app.state.redirect_uri = f"http://127.0.0.1:{env['FLOOR_PORT']}/lti/launch"
    pool = asyncpg.create_pool(
        host=env["FLOOR_POSTGRES"], user=env["FLOOR_USER"], database=env["FLOOR_DATABASE"], min_size=8, max_size=8
    )
    async with pool as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan, telemetry={"tracing": False})


@app.get("/lti/login")
async def login(iss: str, client_id: str, login_hint: str, target_link_uri: str, lti_message_hint: str = "") -> object:
    if iss != os.environ["FLOOR_ISSUER"] or not target_link_uri:
        raise HTTPException(400)
    state, nonce, binding = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    await app.state.pool.execute(INSERT_STATE, state, nonce, binding)
    query = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
    query |= {"client_id": client_id, "redirect_uri": app.state.redirect_uri, "login_hint": login_hint}
    query |= {"state": state, "nonce": nonce, "lti_message_hint": lti_message_hint}
    response = RedirectResponse(app.state.authorize + urlencode(query), 302)
    response.headers["Set-Cookie"] = f"binding={binding}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
    return response


@app.post("/lti/launch")
async def launch(request: Request) -> object:
    form = dict(parse_qsl((await request.body()).decode()))
    issuer, audience = os.environ["FLOOR_ISSUER"], os.environ["FLOOR_CLIENT_ID"]
    body = jwt.decode(form["id_token"], app.state.key, algorithms=["RS256"], issuer=issuer, audience=audience)
    session, binding = secrets.token_urlsafe(32), request.cookies["binding"]
    spent = await app.state.pool.fetchval(CONSUME, form["state"], body["nonce"], binding, session, body["sub"])
    if spent is None:
        raise HTTPException(403)
    response = RedirectResponse("/app", 303)
    response.headers["Set-Cookie"] = f"session={session}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
    return response


@app.post("/videos/{video_id}/playback")
async def playback(video_id: UUID, authorization: Annotated[str, Header()]) -> dict[str, str | int]:
    claims = jose_jwt.decode(authorization[7:], app.state.session_key, algorithms=["HS256"], audience="floor")
    uid = await app.state.pool.fetchval(WATCH, video_id, claims["sub"])
    if uid is None:
        raise HTTPException(404)
    expires = int(time.time()) + 3600
    token = {"sub": uid, "kid": "floor", "exp": expires}
    signed = jws.sign(token, app.state.signing_key, headers={"kid": "floor"}, algorithm="RS256")
    return {"token": signed, "expires_at": expires}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["FLOOR_PORT"]), access_log=False, log_level="warning")
