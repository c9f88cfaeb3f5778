"""From a click in the LMS to a principal: OIDC state, verified launch, session token.

Owns: the login's state rows, the launch rows, the session token and what it says (`Principal`). Refuses: rules of the
protocol (`lti`), who is connected (`platforms`), what a principal may do with a video (the slices above).

A login and its launch cost two statements: one insert, one writable CTE. The id token is verified *before* the state is
consumed (its registration and key come from caches, found by the token's own unverified `iss` and `aud`), so that
consuming the state, comparing binding, nonce, registration and deployment with it, and writing what the launch says
can be one atomic statement. A launch that fails anywhere burns its state by a statement of its own. What that order
costs: a stranger without a state can make us verify a signature (0.1 ms) and ask a platform for keys once a minute;
what it must not give away, it does not: no session comes of anything but that one statement.

No cookie carries authority. The binding cookie says "the browser that began this login" for ten minutes and nothing
else; the session token lives in the page's memory and travels as `Authorization: Bearer`.
"""
