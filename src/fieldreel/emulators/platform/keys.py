"""The platform's own key pairs: signing id tokens and publishing the public halves."""

import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from fieldreel.emulators.platform.state import SigningKey, Store
from fieldreel.kit import ids


def _private_key(pem: str) -> rsa.RSAPrivateKey:
    # The check of the primes takes 30 ms; these are of our own making.
    key = serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


class KeyRing:
    """The key pairs in the folder. The newest signs; rotation may keep the older ones published or not."""

    def __init__(self, store: Store) -> None:
        self._store = store
        if not store.keys.keys:
            self.rotate(keep_old=False)
        self._loaded = {key.kid: _private_key(key.pem) for key in store.keys.keys}

    def rotate(self, *, keep_old: bool) -> str:
        """Make a new signing key and return its kid; without `keep_old` the others leave the key set at once."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        for old in self._store.keys.keys:
            old.published = old.published and keep_old
        self._store.keys.keys.append(SigningKey(kid=ids.secret(8), pem=pem))
        self._store.save_keys()
        self._loaded = {entry.kid: _private_key(entry.pem) for entry in self._store.keys.keys}
        return self.kid

    @property
    def kid(self) -> str:
        """The id of the key that signs now."""
        return self._store.keys.keys[-1].kid

    @property
    def signing_key(self) -> rsa.RSAPrivateKey:
        """The key that signs now."""
        return self._loaded[self.kid]

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517 §5) of the published keys."""
        keys = []
        for entry in self._store.keys.keys:
            if entry.published:
                jwk = json.loads(RSAAlgorithm.to_jwk(self._loaded[entry.kid].public_key()))
                keys.append(
                    {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": entry.kid, "n": jwk["n"], "e": jwk["e"]}
                )
        return {"keys": keys}

    def sign(self, claims: dict[str, Any]) -> str:
        """An RS256 token over the claims."""
        return jwt.encode(claims, self.signing_key, algorithm="RS256", headers={"kid": self.kid})
