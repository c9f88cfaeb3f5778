"""The one statement behind a playback token: who asks, may they see it, and the audit row. One round trip."""

from datetime import datetime
from uuid import UUID

import asyncpg

from fieldreel.audit.service import Event
from fieldreel.db import Database
from fieldreel.lti.roles import Role
from fieldreel.platforms.models import DeploymentStatus, RegistrationStatus
from fieldreel.submissions.models import SubmissionStatus
from fieldreel.videos.models import VideoStatus

# $1 launch, $2 video, $3 now. No row: the launch has ended. A row without `id`: not visible, or no such video.
# Owners see their own; graders see what was handed in, in the assignment of their launch and nowhere else.
AUTHORISE = f"""
WITH asked AS (
    SELECT l.id, l.deployment_id, l.assignment_id, l.person_id,
           l.role IN ('{Role.INSTRUCTOR}', '{Role.ASSISTANT}') AS grader
    FROM launches l
    JOIN deployments d ON d.id = l.deployment_id AND d.status = '{DeploymentStatus.ACTIVE}'
    JOIN registrations r ON r.id = d.registration_id AND r.status = '{RegistrationStatus.ACTIVE}'
    WHERE l.id = $1 AND l.revoked_at IS NULL AND l.expires_at > $3
), visible AS (
    SELECT v.id, v.stream_uid, v.status, v.duration_seconds, v.deleted_at,
           asked.deployment_id, asked.assignment_id, asked.person_id AS viewer_id,
           v.person_id = asked.person_id AS own
    FROM asked
    JOIN videos v ON v.id = $2 AND v.assignment_id = asked.assignment_id
    WHERE v.person_id = asked.person_id
       OR (asked.grader AND EXISTS (
               SELECT FROM submissions s WHERE s.video_id = v.id AND s.status <> '{SubmissionStatus.WITHDRAWN}'))
), logged AS (
    INSERT INTO audit_events (at, event, deployment_id, actor_id, assignment_id, video_id, data)
    SELECT $3, '{Event.VIDEO_PLAYED}', deployment_id, viewer_id, assignment_id, id, jsonb_build_object('own', own)
    FROM visible WHERE status = '{VideoStatus.READY}'
)
SELECT visible.id, stream_uid, status, duration_seconds, deleted_at FROM asked LEFT JOIN visible ON true
"""  # noqa: S608 - built once from our own enums


async def authorise(database: Database, launch_id: UUID, video_id: UUID, now: datetime) -> asyncpg.Record | None:
    """What `AUTHORISE` says for this launch and video."""
    return await database.fetchrow(AUTHORISE, launch_id, video_id, now)
