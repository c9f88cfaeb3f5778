"""LTI 1.3 as a tool sees it: messages in, service calls out.

Owns: every rule of the protocol (login initiation, id token, key sets, roles, service tokens, scores) and every
oddity of an LMS (`quirks`). Refuses: rows, requests, pages. Nothing here imports FastAPI or SQLAlchemy; HTTP goes
through an injected `httpx.AsyncClient`, time through a `Clock`.

PyLTI1p3 stands behind `login` and `launch` only, in memory, with a session that cannot reach the network: as shipped it
is synchronous, accepts replays and foreign `azp`, and gives no clock leeway. What it does not check is checked here.
"""
