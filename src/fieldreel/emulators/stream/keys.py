"""Signing keys, tokens made by Stream itself, and the webhook subscription."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fieldreel.emulators.stream import fields, tokens
from fieldreel.emulators.stream.core import Core
from fieldreel.emulators.stream.webhooks import Subscription, subscribe
from fieldreel.emulators.stream.wire import bad_request, json_object, moment, not_found, success

_MOST_KEYS = 1000
_TOKEN_KEYS = frozenset({"id", "pem", "exp", "nbf", "downloadable", "accessRules", "flags"})
_HOME = {"localhost", "127.0.0.1", "::1"}


async def list_keys(core: Core, _: Request) -> Response:
    """`GET /stream/keys`: ids and times, never the private part."""
    shown = [key for key in core.file.account.keys.values() if not key.hidden]
    return success([{"id": key.id, "key_id": key.id, "created": moment(key.created)} for key in shown])


async def create_key(core: Core, _: Request) -> Response:
    """`POST /stream/keys`: the only time that the private part is shown."""
    if len(core.file.account.keys) >= _MOST_KEYS:
        raise bad_request(f"Bad Request: an account has at most {_MOST_KEYS} signing keys")
    pair = await core.make_key()
    created = core.file.account.keys[pair.id].created
    return success({"id": pair.id, "pem": pair.pem, "jwk": pair.jwk, "created": moment(created)})


async def delete_key(core: Core, request: Request) -> Response:
    """`DELETE /stream/keys/{id}`: every token of that key is refused from now on."""
    key = core.file.account.keys.get(request.path_params["key"])
    if key is None or key.hidden:
        raise not_found("key")
    del core.file.account.keys[key.id]
    core.file.save()
    return success("Revoked")


async def create_token(core: Core, request: Request) -> Response:
    """`POST /stream/{uid}/token`: `exp` and `nbf` come back as strings inside the token, as the real service has it."""
    video = core.library.require(request.path_params["uid"])
    body = json_object(await request.body(), optional=True)
    fields.warn_of_unknown(body, _TOKEN_KEYS, "token", core.library.warn)
    now = core.clock.now()
    exp = _number(body.get("exp", (now + timedelta(hours=1)).timestamp()), "exp")
    nbf = _number(body.get("nbf", (now - timedelta(hours=1)).timestamp()), "nbf")
    if not now.timestamp() < exp <= (now + timedelta(hours=24)).timestamp():
        raise bad_request("Bad Request: exp must be within 24 hours from now")
    if ("id" in body) != ("pem" in body):
        raise bad_request("Bad Request: id and pem go together")
    claims = {"sub": video.uid, "exp": str(exp), "nbf": str(nbf)}
    claims |= {name: body[name] for name in ("downloadable", "accessRules", "flags") if name in body}
    key_id, pem = (body["id"], body["pem"]) if "id" in body else await _own_key(core)
    try:
        token = await asyncio.to_thread(tokens.sign, {**claims, "kid": key_id}, key_id, pem)
    except (TypeError, ValueError) as broken:
        raise bad_request("Bad Request: pem is not a signing key") from broken
    return success({"token": token})


async def _own_key(core: Core) -> tuple[str, str]:
    own = next((key for key in core.file.account.keys.values() if key.hidden), None)
    if own is None:
        pair = await core.make_key(hidden=True)
        return pair.id, pair.pem
    return own.id, own.pem


def _number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad_request(f"Bad Request: {name} must be a number of seconds")
    return int(value)


async def get_webhook(core: Core, _: Request) -> Response:
    """`GET /stream/webhook`: the one subscription, with its secret."""
    if core.file.account.subscription is None:
        raise not_found("webhook")
    return success(_shown(core.file.account.subscription))


async def set_webhook(core: Core, request: Request) -> Response:
    """`PUT /stream/webhook`: replaces whatever was subscribed, without a question.

    Other than the real service it accepts addresses of this machine, and counts a warning.
    """
    body = json_object(await request.body())
    url = body.get("notificationUrl") or body.get("notification_url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("Bad Request: notificationUrl must be an http or https URL")
    if parts.hostname in _HOME:
        core.library.warn("webhook: the real service refuses addresses of one's own machine")
    subscription = subscribe(core.file.account, str(url), core.clock.now())
    core.file.save()
    return success(_shown(subscription))


async def delete_webhook(core: Core, _: Request) -> Response:
    """`DELETE /stream/webhook`."""
    if core.file.account.subscription is None:
        raise not_found("webhook")
    core.file.account.subscription = None
    core.file.save()
    return success("")


def _shown(subscription: Subscription) -> dict[str, str | None]:
    return {
        "notificationUrl": subscription.notification_url,
        "modified": moment(subscription.modified),
        "secret": subscription.secret,
    }
