"""What is known of a platform, for the CLI and for other slices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from fieldreel.platforms.models import DeploymentStatus, RegistrationStatus, ToolKeyStatus


class NewPlatform(BaseModel):
    """What an administrator copies from an LMS's registration page.

    `frame_ancestors` are origins that frame us beyond those of issuer and authorization URL (a Canvas vanity domain).
    """

    name: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None
    frame_ancestors: tuple[str, ...] = ()
    deployment_ids: tuple[str, ...] = ()


class DeploymentOut(BaseModel):
    """A deployment and whether it may launch."""

    id: UUID
    deployment_id: str
    name: str | None
    status: DeploymentStatus
    created_at: datetime


class ToolKeyOut(BaseModel):
    """A key of ours, its public half only."""

    kid: str
    status: ToolKeyStatus
    created_at: datetime
    public_jwk: dict[str, Any]


class PlatformOut(BaseModel):
    """A registration with its deployments and keys."""

    id: UUID
    name: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    token_audience: str | None
    jwks_url: str
    frame_ancestors: list[str]
    status: RegistrationStatus
    created_at: datetime
    deployments: list[DeploymentOut]
    keys: list[ToolKeyOut]
