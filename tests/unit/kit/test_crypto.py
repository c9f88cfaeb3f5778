"""Sealing, rotation and derived keys."""

import pytest

from fieldreel.kit.crypto import SealBroken, Sealer, digest, new_key

OLD, NEW = new_key(), new_key()


def test_a_sealed_value_opens_again_and_looks_different_each_time() -> None:
    sealer = Sealer([NEW])
    first, second = sealer.seal("a private key"), sealer.seal("a private key")
    assert first != second
    assert b"private" not in first
    assert sealer.open(first) == sealer.open(second) == b"a private key"


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed() -> None:
    sealed = Sealer([OLD]).seal(b"\x00\xff")
    assert Sealer([NEW, OLD]).open(sealed) == b"\x00\xff"


def test_the_newest_key_seals() -> None:
    sealed = Sealer([NEW, OLD]).seal("value")
    assert Sealer([NEW]).open(sealed) == b"value"


def test_a_key_removed_too_early_is_said_in_one_error_of_ours() -> None:
    sealed = Sealer([OLD]).seal("value")
    with pytest.raises(SealBroken):
        Sealer([NEW]).open(sealed)


def test_a_changed_seal_does_not_open() -> None:
    sealed = Sealer([NEW]).seal("value")
    with pytest.raises(SealBroken):
        Sealer([NEW]).open(sealed[:-4] + b"AAAA")


def test_a_sealer_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Sealer([])


def test_derived_keys_differ_by_purpose_and_by_secret_key_and_stay_the_same_over_a_restart() -> None:
    sessions = Sealer([NEW, OLD]).derive("session-token")
    assert [len(key) for key in sessions] == [32, 32]
    assert len({*sessions, *Sealer([NEW, OLD]).derive("something-else")}) == 4
    assert Sealer([NEW, OLD]).derive("session-token") == sessions
    assert Sealer([OLD]).derive("session-token") == sessions[1:]


def test_a_digest_is_the_sha256_of_the_text() -> None:
    assert digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
