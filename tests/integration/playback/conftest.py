"""The playback key as Cloudflare hands it out, so that Stream can check with it what we sign."""

import base64

import pytest


@pytest.fixture(scope="session")
def signing_pem(signing_pem: str) -> str:
    """The private half of the account's playback key: base64 of PEM."""
    return base64.b64encode(signing_pem.encode()).decode()
