"""What production refuses to start with, and that each refusal names the variable and the way out."""

import base64
import os
from typing import Any

import pytest

from fieldreel.settings import Environment, Settings, SettingsError, documented_settings, load_settings

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
GOOD = {
    "FIELDREEL_ENV": "production",
    "FIELDREEL_PUBLIC_URL": "https://video.example.edu",
    "FIELDREEL_DATABASE_URL": "postgresql+asyncpg://fieldreel:secret@db/fieldreel",
    "FIELDREEL_SECRET_KEYS": KEY,
    "FIELDREEL_STREAM__ACCOUNT_ID": "0123456789abcdef0123456789abcdef",
    "FIELDREEL_STREAM__API_TOKEN": "a-token",
    "FIELDREEL_STREAM__SIGNING_KEY_ID": "a-key",
    "FIELDREEL_STREAM__SIGNING_KEY_PEM": "a-pem",
    "FIELDREEL_STREAM__CUSTOMER_URL": "https://customer-x1.cloudflarestream.com",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing of the machine's own settings."""
    for name in [name for name in os.environ if name.upper().startswith("FIELDREEL_")]:
        monkeypatch.delenv(name)
    return monkeypatch


def load(environment: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    for name, value in {**GOOD, **{f"FIELDREEL_{name}": value for name, value in changes.items()}}.items():
        if value is not None:
            environment.setenv(name, value)
    return load_settings()


def test_production_starts_with_what_it_needs(environment: pytest.MonkeyPatch) -> None:
    settings = load(environment)
    assert settings.production
    assert settings.stream.api_token.get_secret_value() == "a-token"


def test_development_starts_with_nothing_at_all() -> None:
    assert load_settings().env is Environment.DEVELOPMENT


@pytest.mark.parametrize(
    ("variable", "value", "fix"),
    [
        ("PUBLIC_URL", "http://video.example.edu", "must begin with https://"),
        ("DATABASE_URL", None, "embedded PostgreSQL is for the demo"),
        ("SECRET_KEYS", None, "fieldreel new-key"),
        ("CLOCK_SHIFT_SECONDS", "60", "must not be set in production"),
        ("STREAM__BASE_URL", "http://127.0.0.1:8801/client/v4", "remove it in production"),
        ("STREAM__ACCOUNT_ID", None, "32 hex digits"),
        ("STREAM__API_TOKEN", None, "Stream: Edit"),
        ("STREAM__SIGNING_KEY_ID", None, "fieldreel stream create-key"),
        ("STREAM__SIGNING_KEY_PEM", None, "fieldreel stream create-key"),
        ("STREAM__CUSTOMER_URL", None, "customer-<code>.cloudflarestream.com"),
        ("STREAM__CUSTOMER_URL", "http://127.0.0.1:8802", "must begin with https://"),
    ],
)
def test_production_names_the_variable_and_the_fix(
    environment: pytest.MonkeyPatch, variable: str, value: str | None, fix: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environment, **{variable: value})
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"FIELDREEL_{variable}: ")
    assert fix in line


def test_all_faults_are_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIELDREEL_ENV", "production")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    named = {line.split(":")[0] for line in str(refused.value).splitlines()}
    assert {"FIELDREEL_DATABASE_URL", "FIELDREEL_SECRET_KEYS", "FIELDREEL_STREAM__API_TOKEN"} <= named


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PUBLIC_URL", "video.example.edu", "must look like https://"),
        ("PUBLIC_URL", "https://video.example.edu/tool", "without a path"),
        ("DATABASE_URL", "postgresql://db/fieldreel", "must begin with postgresql+asyncpg://"),
        ("SECRET_KEYS", f"{KEY},short", "fieldreel new-key"),
        ("DATABASE_POOL", "1", "greater than or equal to 2"),
        ("UPLOADS__LINK_HOURS", "7", "less than or equal to 6"),
        ("DEFAULTS__RETENTION_DAYS", "never", "valid integer"),
        ("STREAM__API_TOKN", "typing error", "Extra inputs are not permitted"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_variable(
    environment: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environment, **{variable: value})
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"FIELDREEL_{variable}")
    assert says in line


def test_a_refused_secret_is_not_repeated_in_the_message(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        load(environment, SECRET_KEYS="a-secret-of-the-wrong-shape")
    assert "wrong-shape" not in str(refused.value)


def test_lists_are_written_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIELDREEL_STREAM__WEBHOOK_SECRETS", "new , old,")
    assert load_settings().stream.webhook_secrets == ("new", "old")


def test_an_empty_variable_counts_as_missing(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIELDREEL_PUBLIC_URL", "")
    assert load_settings().public_url == "http://127.0.0.1:8800"


def test_our_address_is_kept_without_a_slash_at_its_end(environment: pytest.MonkeyPatch) -> None:
    assert load(environment, PUBLIC_URL="https://video.example.edu/").public_url == "https://video.example.edu"


def test_secrets_do_not_show_when_settings_are_printed(environment: pytest.MonkeyPatch) -> None:
    settings: Any = load(environment, STREAM__API_TOKEN="shows-everything", HTTP__METRICS_TOKEN="shows-numbers")
    assert "shows-" not in repr(settings)


def test_every_setting_is_described_and_carries_no_secret_as_default() -> None:
    rows = list(documented_settings())
    assert len({name for name, _, _ in rows}) == len(rows)
    for name, default, description in rows:
        assert name.startswith("FIELDREEL_")
        assert description, name
        assert "*" not in default, name
