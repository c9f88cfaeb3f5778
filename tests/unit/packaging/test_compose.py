"""The compose file and its example environment: they parse, fit the settings, and open no more than they must."""

import ipaddress
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from fieldreel.settings import PREFIX, SettingsError, documented_settings, load_settings

DOCKER = Path(__file__).parents[3] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICE: dict[str, Any] = COMPOSE["services"]["fieldreel"]
DATABASE: dict[str, Any] = COMPOSE["services"]["database"]
KNOWN = {name: default for name, default, _ in documented_settings()}
FILLED_IN = {
    "FIELDREEL_PUBLIC_URL": "https://video.example.edu",
    "FIELDREEL_SECRET_KEYS": Fernet.generate_key().decode(),
    "FIELDREEL_STREAM__ACCOUNT_ID": "0" * 32,
    "FIELDREEL_STREAM__API_TOKEN": "token",
    "FIELDREEL_STREAM__CUSTOMER_URL": "https://customer-abc.cloudflarestream.com",
    "FIELDREEL_STREAM__SIGNING_KEY_ID": "key",
    "FIELDREEL_STREAM__SIGNING_KEY_PEM": "cGVt",
}


def example() -> dict[str, str]:
    """The example's variables; each must come after a comment that explains it or its block."""
    values: dict[str, str] = {}
    for block in re.split(r"\n\n+", (DOCKER / ".env.example").read_text().strip()):
        first, *_ = block.splitlines()
        assert first.startswith("# "), f"not explained: {first}"
        for line in block.splitlines():
            if not line.startswith("#"):
                name, _, value = line.partition("=")
                values[name] = value
    return values


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of the service: the example's values, then compose's own, which win."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in (example() | SERVICE["environment"]).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_compose_names_only_variables_that_the_settings_know() -> None:
    assert [name for name in SERVICE["environment"] if name not in KNOWN] == []


def test_the_example_names_only_variables_that_the_settings_or_compose_know() -> None:
    read_by_compose = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    assert example().keys() - KNOWN.keys() == read_by_compose


def test_the_example_shows_defaults_where_it_shows_a_value() -> None:
    shown = {name: value for name, value in example().items() if value}
    assert shown == {name: KNOWN[name] for name in shown}


def test_an_example_that_nobody_filled_in_is_refused_line_by_line(composed: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert set(re.findall(rf"^{PREFIX}\w+", str(caught.value), re.MULTILINE)) == FILLED_IN.keys()


def test_the_example_filled_in_is_all_that_production_needs(composed: pytest.MonkeyPatch) -> None:
    assert FILLED_IN.keys() <= example().keys()
    for name, value in FILLED_IN.items():
        composed.setenv(name, value)
    assert load_settings().production


def test_nobody_reaches_the_database_from_outside() -> None:
    assert "ports" not in DATABASE
    assert DATABASE.get("network_mode") is None


def test_the_service_is_published_on_loopback_at_the_port_it_listens_on() -> None:
    (published,) = SERVICE["ports"]
    address, _, inside = published.rsplit(":", 2)
    assert ipaddress.ip_address(address).is_loopback
    assert inside == SERVICE["environment"]["FIELDREEL_HTTP__PORT"]


def test_only_the_networks_gateway_may_say_who_the_client_is() -> None:
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert SERVICE["environment"]["FIELDREEL_HTTP__TRUSTED_PROXIES"] == network["gateway"]
    assert ipaddress.ip_address(network["gateway"]) in ipaddress.ip_network(network["subnet"])


def test_the_service_waits_for_a_healthy_database_and_changes_nothing_on_its_disk() -> None:
    assert SERVICE["depends_on"]["database"]["condition"] == "service_healthy"
    assert DATABASE["healthcheck"]["test"][1] == "pg_isready"
    assert SERVICE["read_only"] is True
    assert SERVICE["tmpfs"][0].split(":")[0] == "/tmp"


def test_the_database_outlives_its_container() -> None:
    (mount,) = DATABASE["volumes"]
    volume, _, folder = mount.partition(":")
    assert volume in COMPOSE["volumes"]
    assert folder == "/var/lib/postgresql"


def test_the_image_is_built_from_the_top_of_the_repository() -> None:
    context = (DOCKER / SERVICE["build"]["context"]).resolve()
    assert (context / SERVICE["build"]["dockerfile"]).samefile(DOCKER / "Dockerfile")
