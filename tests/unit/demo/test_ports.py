"""Ports of a stack."""

import socket

import pytest

from fieldreel.demo import ports as ports_module
from fieldreel.demo.errors import DemoError
from fieldreel.demo.ports import Ports, choose_ports, free_ports, is_free


def test_free_preferred_ports_are_taken_as_they_are() -> None:
    preferred = free_ports()
    spoken: list[str] = []
    assert choose_ports(preferred, spoken.append) == preferred
    assert spoken == []


def test_a_busy_port_is_replaced_and_spoken_of() -> None:
    preferred = free_ports()
    spoken: list[str] = []
    with socket.create_server(("127.0.0.1", preferred.lms)):
        chosen = choose_ports(preferred, spoken.append)
    assert chosen.lms != preferred.lms
    assert chosen.app == preferred.app
    assert spoken == [f"Port {preferred.lms} is busy, using {chosen.lms} instead."]


def test_no_port_is_given_to_two_parts() -> None:
    wanted = free_ports().app
    chosen = choose_ports(Ports(wanted, wanted, wanted, wanted), lambda _: None)
    assert len({chosen.app, chosen.lms, chosen.stream_api, chosen.stream_media}) == 4


def test_a_listener_on_the_other_loopback_address_counts_as_busy() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    port = free_ports().app
    try:
        server = socket.create_server(("::1", port), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        assert not is_free(port)
    assert is_free(port)


def test_giving_up_names_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports_module, "is_free", lambda _port: False)
    with pytest.raises(DemoError, match="No free port between 8800"):
        choose_ports(Ports(), lambda _: None)


def test_the_product_and_the_lms_are_two_sites() -> None:
    ports = Ports()
    assert ports.lms_url == "http://localhost:8801"
    assert ports.app_url == "http://127.0.0.1:8800"
