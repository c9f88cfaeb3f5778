"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "74313c8621a2"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("video_id", sa.Uuid(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column(
            "data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        "ix_audit_events_deployment_id_at",
        "audit_events",
        ["deployment_id", sa.literal_column("at DESC")],
        unique=False,
    )
    op.create_index(
        "ix_audit_events_video_id_at",
        "audit_events",
        ["video_id", sa.literal_column("at DESC")],
        unique=False,
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.create_table(
        "job_slots",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_slots")),
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("authorization_url", sa.Text(), nullable=False),
        sa.Column("token_url", sa.Text(), nullable=False),
        sa.Column("token_audience", sa.Text(), nullable=True),
        sa.Column("jwks_url", sa.Text(), nullable=False),
        sa.Column(
            "frame_ancestors",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("active", "disabled", name="registrationstatus", native_enum=False, length=32),
            server_default="active",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_registrations_issuer_client_id")),
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("pending", "active", "blocked", name="deploymentstatus", native_enum=False, length=32),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_deployments_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint(
            "registration_id", "deployment_id", name=op.f("uq_deployments_registration_id_deployment_id")
        ),
    )
    op.create_table(
        "oidc_states",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("binding_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_hint", sa.Text(), nullable=True),
        sa.Column("target_link_uri", sa.Text(), nullable=False),
        sa.Column("storage_target", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_oidc_states_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oidc_states")),
    )
    op.create_index(op.f("ix_oidc_states_expires_at"), "oidc_states", ["expires_at"], unique=False)
    op.create_table(
        "tool_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum("next", "active", "retired", name="toolkeystatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_tool_keys_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_tool_keys")),
    )
    op.create_index(op.f("ix_tool_keys_registration_id"), "tool_keys", ["registration_id"], unique=False)
    op.create_index(
        "uq_tool_keys_active",
        "tool_keys",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "contexts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("platform_context_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name=op.f("fk_contexts_deployment_id_deployments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contexts")),
        sa.UniqueConstraint(
            "deployment_id", "platform_context_id", name=op.f("uq_contexts_deployment_id_platform_context_id")
        ),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("test_user", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployments.id"], name=op.f("fk_people_deployment_id_deployments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("deployment_id", "sub", name=op.f("uq_people_deployment_id_sub")),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), server_default="", nullable=False),
        sa.Column("points_max", sa.Numeric(precision=9, scale=2), server_default=sa.text("100"), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "dates_source",
            sa.Enum("teacher", "platform", name="datessource", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("max_bytes", sa.BigInteger(), nullable=True),
        sa.Column("max_duration_seconds", sa.BigInteger(), nullable=True),
        sa.Column("attempts_allowed", sa.BigInteger(), nullable=True),
        sa.Column("retention_days", sa.BigInteger(), nullable=True),
        sa.Column("line_item_url", sa.Text(), nullable=True),
        sa.Column("line_items_url", sa.Text(), nullable=True),
        sa.Column(
            "ags_scopes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_assignments_context_id_contexts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name=op.f("fk_assignments_deployment_id_deployments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "deployment_id", "resource_link_id", name=op.f("uq_assignments_deployment_id_resource_link_id")
        ),
    )
    op.create_index(op.f("ix_assignments_context_id"), "assignments", ["context_id"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "learner",
                "instructor",
                "assistant",
                "designer",
                "observer",
                "administrator",
                "guest",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("last_launch_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_enrolments_context_id_contexts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrolments_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("context_id", "person_id", name=op.f("pk_enrolments")),
    )
    op.create_index(op.f("ix_enrolments_person_id"), "enrolments", ["person_id"], unique=False)
    op.create_table(
        "launches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "learner",
                "instructor",
                "assistant",
                "designer",
                "observer",
                "administrator",
                "guest",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("test_user", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("product_family", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_launches_assignment_id_assignments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_launches_context_id_contexts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name=op.f("fk_launches_deployment_id_deployments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_launches_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launches")),
    )
    op.create_index(op.f("ix_launches_expires_at"), "launches", ["expires_at"], unique=False)
    op.create_index(op.f("ix_launches_person_id"), "launches", ["person_id"], unique=False)
    op.create_table(
        "videos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "uploading",
                "processing",
                "ready",
                "failed",
                "expired",
                "cancelled",
                "deleting",
                "deleted",
                name="videostatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("stream_uid", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("declared_bytes", sa.BigInteger(), nullable=False),
        sa.Column("declared_duration_seconds", sa.Float(), nullable=True),
        sa.Column("max_duration_seconds", sa.BigInteger(), nullable=False),
        sa.Column("upload_url_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("upload_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offset_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("progress_percent", sa.Float(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deletion_attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("deletion_error", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "deleted_reason",
            sa.Enum(
                "retention",
                "cancelled",
                "expired",
                "gone_at_stream",
                "person_erased",
                name="deletedreason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("certificate", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_videos_assignment_id_assignments"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_videos_person_id_people"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
        sa.UniqueConstraint("person_id", "request_key", name=op.f("uq_videos_person_id_request_key")),
        sa.UniqueConstraint("stream_uid", name=op.f("uq_videos_stream_uid")),
    )
    op.create_index("ix_videos_assignment_id_person_id", "videos", ["assignment_id", "person_id"], unique=False)
    op.create_index(
        "ix_videos_due_check",
        "videos",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('requested', 'uploading', 'processing')"),
    )
    op.create_index(
        "ix_videos_kept",
        "videos",
        ["uploaded_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('ready', 'failed', 'processing')"),
    )
    op.create_index(
        "ix_videos_owed_deletion",
        "videos",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('expired', 'cancelled', 'deleting')"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("submitted", "replaced", "withdrawn", name="submissionstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feedback_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_submissions_assignment_id_assignments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_submissions_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_submissions_video_id_videos"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint(
            "assignment_id", "person_id", "attempt", name=op.f("uq_submissions_assignment_id_person_id_attempt")
        ),
        sa.UniqueConstraint("person_id", "request_key", name=op.f("uq_submissions_person_id_request_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_submissions_receipt")),
        sa.UniqueConstraint("video_id", name=op.f("uq_submissions_video_id")),
    )
    op.create_index(
        "uq_submissions_current",
        "submissions",
        ["assignment_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    op.create_table(
        "grades",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("points_max", sa.Numeric(precision=9, scale=2), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("graded_by", sa.Uuid(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["graded_by"], ["people.id"], name=op.f("fk_grades_graded_by_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_grades_submission_id_submissions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_grades")),
    )
    op.create_table(
        "scores",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("due", "sending", "sent", "parked", name="scorestatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("wanted", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_timestamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_comment", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_scores_assignment_id_assignments"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_scores_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_scores_submission_id_submissions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint("assignment_id", "person_id", name=op.f("uq_scores_assignment_id_person_id")),
    )
    op.create_index(
        "ix_scores_due",
        "scores",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('due', 'sending')"),
    )


def downgrade() -> None:
    op.drop_index("ix_scores_due", table_name="scores", postgresql_where=sa.text("status IN ('due', 'sending')"))
    op.drop_table("scores")
    op.drop_table("grades")
    op.drop_index("uq_submissions_current", table_name="submissions", postgresql_where=sa.text("status = 'submitted'"))
    op.drop_table("submissions")
    op.drop_index(
        "ix_videos_owed_deletion",
        table_name="videos",
        postgresql_where=sa.text("status IN ('expired', 'cancelled', 'deleting')"),
    )
    op.drop_index(
        "ix_videos_kept", table_name="videos", postgresql_where=sa.text("status IN ('ready', 'failed', 'processing')")
    )
    op.drop_index(
        "ix_videos_due_check",
        table_name="videos",
        postgresql_where=sa.text("status IN ('requested', 'uploading', 'processing')"),
    )
    op.drop_index("ix_videos_assignment_id_person_id", table_name="videos")
    op.drop_table("videos")
    op.drop_index(op.f("ix_launches_person_id"), table_name="launches")
    op.drop_index(op.f("ix_launches_expires_at"), table_name="launches")
    op.drop_table("launches")
    op.drop_index(op.f("ix_enrolments_person_id"), table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index(op.f("ix_assignments_context_id"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_table("people")
    op.drop_table("contexts")
    op.drop_index("uq_tool_keys_active", table_name="tool_keys", postgresql_where=sa.text("status = 'active'"))
    op.drop_index(op.f("ix_tool_keys_registration_id"), table_name="tool_keys")
    op.drop_table("tool_keys")
    op.drop_index(op.f("ix_oidc_states_expires_at"), table_name="oidc_states")
    op.drop_table("oidc_states")
    op.drop_table("deployments")
    op.drop_table("registrations")
    op.drop_table("job_slots")
    op.drop_index(
        "ix_audit_events_video_id_at", table_name="audit_events", postgresql_where=sa.text("video_id IS NOT NULL")
    )
    op.drop_index("ix_audit_events_deployment_id_at", table_name="audit_events")
    op.drop_table("audit_events")
