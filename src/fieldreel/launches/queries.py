"""Statements of logins and launches, for the driver connection: written once, prepared by asyncpg, one round trip each.

`RECORD_LAUNCH` is atomic by being one statement. Each of its three upserts has the same shape:

    seen_x  the row as our snapshot has it, and whether the launch says nothing new (`current`)
    kept_x  an upsert that runs only unless a current row was seen: an ordinary launch writes no version of the row and
            takes no lock on a course that a whole class opens at the same minute
    x       exactly one row from one of the two

A row that another launch commits while we run is not in our snapshot, so it is not "seen", so the upsert runs, waits
for it, and returns its id: first launches of a class that arrive together all get ids, without a retry. Every step
takes the row before it in FROM, which fixes the order of locks; two launches never wait for each other in a ring.
"""

from typing import Final

INSERT_STATE: Final = """
INSERT INTO oidc_states (
    state_hash, binding_hash, nonce_hash, registration_id, deployment_hint, target_link_uri, storage_target,
    created_at, expires_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

RECORD_LAUNCH: Final = """
WITH consumed AS (
    UPDATE oidc_states AS s SET used_at = $6
    FROM registrations AS r, deployments AS d
    WHERE s.state_hash = $1 AND s.binding_hash = $2 AND s.nonce_hash = $3 AND s.registration_id = $4
      AND s.used_at IS NULL AND s.expires_at > $6
      AND (s.deployment_hint IS NULL OR s.deployment_hint = $5)
      AND r.id = s.registration_id AND r.status = 'active'
      AND d.registration_id = s.registration_id AND d.deployment_id = $5 AND d.status = 'active'
    RETURNING d.id AS deployment_id
),
seen_person AS (
    SELECT p.id, p.name,
           (coalesce($9::text, p.name), coalesce($10::text, p.email), coalesce($11::text, p.locale), $12::boolean)
           IS NOT DISTINCT FROM (p.name, p.email, p.locale, p.test_user) AS current
    FROM consumed AS c JOIN people AS p ON p.deployment_id = c.deployment_id AND p.sub = $8
),
kept_person AS (
    INSERT INTO people AS p (id, deployment_id, sub, name, email, locale, test_user, created_at)
    SELECT $7::uuid, c.deployment_id, $8::text, $9::text, $10::text, $11::text, $12::boolean, $6::timestamptz
    FROM consumed AS c WHERE NOT EXISTS (SELECT FROM seen_person AS s WHERE s.current)
    ON CONFLICT (deployment_id, sub) DO UPDATE SET
        name = coalesce(excluded.name, p.name), email = coalesce(excluded.email, p.email),
        locale = coalesce(excluded.locale, p.locale), test_user = excluded.test_user
    RETURNING p.id, p.name
),
person AS (
    SELECT id, name FROM kept_person UNION ALL SELECT id, name FROM seen_person WHERE current
),
seen_context AS (
    SELECT x.id, x.label, x.title,
           (coalesce($15::text, x.label), coalesce($16::text, x.title))
           IS NOT DISTINCT FROM (x.label, x.title) AS current
    FROM consumed AS c JOIN contexts AS x ON x.deployment_id = c.deployment_id AND x.platform_context_id = $14
),
kept_context AS (
    INSERT INTO contexts AS x (id, deployment_id, platform_context_id, label, title, created_at)
    SELECT $13::uuid, c.deployment_id, $14::text, $15::text, $16::text, $6::timestamptz
    FROM consumed AS c, person WHERE NOT EXISTS (SELECT FROM seen_context AS s WHERE s.current)
    ON CONFLICT (deployment_id, platform_context_id) DO UPDATE SET
        label = coalesce(excluded.label, x.label), title = coalesce(excluded.title, x.title)
    RETURNING x.id, x.label, x.title
),
context AS (
    SELECT id, label, title FROM kept_context UNION ALL SELECT id, label, title FROM seen_context WHERE current
),
seen_assignment AS (
    SELECT a.id,
           (x.id, coalesce($19::text, a.title), coalesce($21::text, a.line_item_url),
            coalesce($22::text, a.line_items_url), coalesce($23::jsonb, a.ags_scopes))
           IS NOT DISTINCT FROM (a.context_id, a.title, a.line_item_url, a.line_items_url, a.ags_scopes) AS current
    FROM consumed AS c JOIN assignments AS a ON a.deployment_id = c.deployment_id AND a.resource_link_id = $18
    CROSS JOIN context AS x
),
kept_assignment AS (
    INSERT INTO assignments AS a (
        id, deployment_id, context_id, resource_link_id, title, line_item_url, line_items_url, ags_scopes, created_at
    )
    SELECT $17::uuid, c.deployment_id, x.id, $18::text, coalesce($19::text, $20::text), $21::text, $22::text,
           coalesce($23::jsonb, '[]'), $6::timestamptz
    FROM consumed AS c, context AS x WHERE NOT EXISTS (SELECT FROM seen_assignment AS s WHERE s.current)
    ON CONFLICT (deployment_id, resource_link_id) DO UPDATE SET
        context_id = excluded.context_id, title = coalesce($19::text, a.title),
        line_item_url = coalesce(excluded.line_item_url, a.line_item_url),
        line_items_url = coalesce(excluded.line_items_url, a.line_items_url),
        ags_scopes = coalesce($23::jsonb, a.ags_scopes)
    RETURNING a.id
),
assignment AS (
    SELECT id FROM kept_assignment UNION ALL SELECT id FROM seen_assignment WHERE current
),
enrolment AS (
    INSERT INTO enrolments AS e (context_id, person_id, role, last_launch_at)
    SELECT x.id, p.id, $25::text, $6::timestamptz FROM assignment, context AS x, person AS p
    ON CONFLICT (context_id, person_id) DO UPDATE SET role = excluded.role, last_launch_at = excluded.last_launch_at
    RETURNING e.context_id
),
launch AS (
    INSERT INTO launches (
        id, deployment_id, context_id, assignment_id, person_id, role, test_user, product_family, created_at, expires_at
    )
    SELECT $24::uuid, c.deployment_id, e.context_id, a.id, p.id, $25::text, $12::boolean, $26::text,
           $6::timestamptz, $27::timestamptz
    FROM consumed AS c, enrolment AS e, assignment AS a, person AS p
    RETURNING deployment_id, context_id, assignment_id, person_id
),
event AS (
    INSERT INTO audit_events (at, event, deployment_id, actor_id, assignment_id, data)
    SELECT $6::timestamptz, $28::text, l.deployment_id, l.person_id, l.assignment_id,
           jsonb_build_object('launch_id', $24::uuid, 'role', $25::text)
    FROM launch AS l
)
SELECT l.deployment_id, l.context_id, l.assignment_id, l.person_id, p.name AS person_name,
       x.label AS context_label, x.title AS context_title
FROM launch AS l, person AS p, context AS x
"""

# The binding stands in the condition, so that a stranger who saw a state cannot burn it. The outer SELECT sees the row
# as it was before.
BURN_STATE: Final = """
WITH burnt AS (
    UPDATE oidc_states SET used_at = $3 WHERE state_hash = $1 AND binding_hash = $2 AND used_at IS NULL
)
SELECT s.binding_hash = $2 AS bound, s.used_at IS NOT NULL AS used, s.expires_at <= $3 AS expired,
       s.nonce_hash, s.registration_id, s.deployment_hint, r.status AS registration_status
FROM oidc_states AS s JOIN registrations AS r ON r.id = s.registration_id
WHERE s.state_hash = $1
"""

LAUNCH_IS_LIVE: Final = """
SELECT 1
FROM launches AS l JOIN deployments AS d ON d.id = l.deployment_id JOIN registrations AS r ON r.id = d.registration_id
WHERE l.id = $1 AND l.revoked_at IS NULL AND d.status = 'active' AND r.status = 'active'
"""

DELETE_EXPIRED_STATES: Final = """
WITH gone AS (DELETE FROM oidc_states WHERE expires_at < $1 RETURNING 1) SELECT count(*) AS deleted FROM gone
"""
