from pathlib import Path

import pytest

from fieldreel.emulators.platform import DemoLmsConfig, ToolRegistration


def registration(deployment_id="1", **more):
    return ToolRegistration(
        client_id="client",
        deployment_id=deployment_id,
        login_url="https://tool.example:8443/login",
        launch_url="https://tool.example:8443/launch",
        target_link_uri="https://tool.example:8443/launch",
        jwks_url="https://tool.example:8443/jwks",
        **more,
    )


def test_frame_origin_keeps_the_port():
    assert registration().origin == "https://tool.example:8443"


def test_two_deployments_need_two_ids():
    with pytest.raises(ValueError, match="both deployments"):
        registration("2")
    assert registration("2", second_deployment_id="3").second_deployment_id == "3"


def test_issuer_has_no_trailing_slash():
    with pytest.raises(ValueError, match="trailing slash"):
        DemoLmsConfig(Path(), "http://localhost:8801/", registration())
