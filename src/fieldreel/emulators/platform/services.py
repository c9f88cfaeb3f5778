"""The service routes: key set, token endpoint, line items, scores, results, memberships."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from fieldreel.emulators.platform.config import (
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
    SCOPE_MEMBERSHIP_READ,
    SCOPE_RESULT_READ,
    SCOPE_SCORE,
)
from fieldreel.emulators.platform.faults import FaultyRoute
from fieldreel.emulators.platform.gradebook import ServiceRefused
from fieldreel.emulators.platform.service_tokens import TokenRefused
from fieldreel.emulators.platform.site import Lms, Site
from fieldreel.emulators.platform.world import Course

router = APIRouter(route_class=FaultyRoute)

LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERSHIPS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


Authorization = Annotated[str | None, Header()]
Accept = Annotated[str | None, Header()]
ContentType = Annotated[str | None, Header()]
Limit = Annotated[int, Query(ge=0)]
From = Annotated[int, Query(alias="from", ge=0)]


class _Json(JSONResponse):
    def __init__(self, content: Any, media_type: str, status_code: int = 200, link: str | None = None) -> None:
        super().__init__(content, status_code, {"Link": link} if link else None, media_type)


def _require_media_type(given: str | None, expected: str) -> None:
    # Moodle compares the whole header: neither */* nor a charset parameter passes; only an absent Accept does.
    if given is not None and given != expected:
        raise ServiceRefused(400, f"Unsupported media type {given!r}, expected {expected!r}")


def _require_body_type(given: str | None, expected: str) -> None:
    _require_media_type(given or "", expected)


def _course(lms: Site, key: str, type_id: str | None = None) -> Course:
    course = lms.world.courses.get(key)
    if course is None:
        raise ServiceRefused(404, f"Course {key} doesn't exist")
    if type_id is not None and type_id != course.deployment_id:
        raise ServiceRefused(401, f"Tool {type_id} is not at home in course {key}")
    return course


def _page(
    rows: list[Any], limit: int, start: int, url: str, filters: dict[str, str | None]
) -> tuple[list[Any], str | None]:
    """The rows from `start`, at most `limit` (0: all), and the `Link` header if more follow (RFC 8288)."""
    if not limit:
        return rows[start:], None
    if start + limit >= len(rows):
        return rows[start : start + limit], None
    query = {name: value for name, value in filters.items() if value is not None}
    query |= {"limit": str(limit), "from": str(start + limit)}
    return rows[start : start + limit], f'<{url}{"&" if "?" in url else "?"}{urlencode(query)}>; rel="next"'


@router.get("/lti/jwks", tags=["jwks"])
async def read_key_set(lms: Lms) -> JSONResponse:
    """The public keys of the platform."""
    return JSONResponse(lms.keys.public_keys())


@router.post("/lti/token", tags=["token"])
async def grant_token(request: Request, lms: Lms) -> Response:
    """Answer a token request; JSON in either case, labelled text/html as Moodle's is."""
    # Moodle looks at the bare type, so a charset is fine here, unlike at the grade services.
    if request.headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
        return JSONResponse({"error": "invalid_request"}, 400, media_type="text/html")
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        body = await lms.tokens.grant(form)
    except TokenRefused as refused:
        error = {"error": refused.code, "error_description": refused.description}
        return JSONResponse(error, 400, media_type="text/html")
    return JSONResponse(body, headers={"Cache-Control": "no-store"}, media_type="text/html")


@router.get("/lti/ags/{course_key}/lineitems", tags=["lineitems"])
async def list_line_items(
    course_key: str,
    lms: Lms,
    authorization: Authorization = None,
    accept: Accept = None,
    type_id: str | None = None,
    resource_link_id: str | None = None,
    resource_id: str | None = None,
    tag: str | None = None,
    limit: Limit = 0,
    start: From = 0,
) -> Response:
    """The line items of a course."""
    lms.tokens.require(authorization, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ)
    _require_media_type(accept, LINE_ITEMS)
    course = _course(lms, course_key, type_id)
    filters = {"resource_link_id": resource_link_id, "resource_id": resource_id, "tag": tag}
    items = lms.gradebook.line_items(course, **filters)
    url = lms.config.lineitems_url(course.key, course.deployment_id)
    page, link = _page(items, limit, start, url, filters)
    return _Json([lms.gradebook.as_json(course, item) for item in page], LINE_ITEMS, link=link)


@router.post("/lti/ags/{course_key}/lineitems", tags=["lineitems"])
async def create_line_item(
    course_key: str,
    request: Request,
    lms: Lms,
    authorization: Authorization = None,
    content_type: ContentType = None,
    type_id: str | None = None,
) -> Response:
    """A new line item."""
    lms.tokens.require(authorization, SCOPE_LINE_ITEM)
    _require_body_type(content_type, LINE_ITEM)
    course = _course(lms, course_key, type_id)
    item = lms.gradebook.create(course, await request.body())
    return _Json(lms.gradebook.as_json(course, item), LINE_ITEM, 201)


@router.get("/lti/ags/{course_key}/lineitems/{item_id}/lineitem", tags=["lineitems"])
async def read_line_item(
    course_key: str,
    item_id: int,
    lms: Lms,
    authorization: Authorization = None,
    accept: Accept = None,
    type_id: str | None = None,
) -> Response:
    """One line item."""
    lms.tokens.require(authorization, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ)
    _require_media_type(accept, LINE_ITEM)
    course = _course(lms, course_key, type_id)
    return _Json(lms.gradebook.as_json(course, lms.gradebook.line_item(course, item_id)), LINE_ITEM)


@router.put("/lti/ags/{course_key}/lineitems/{item_id}/lineitem", tags=["lineitems"])
async def replace_line_item(
    course_key: str,
    item_id: int,
    request: Request,
    lms: Lms,
    authorization: Authorization = None,
    content_type: ContentType = None,
    type_id: str | None = None,
) -> Response:
    """Replace a line item; the answer shows what was applied."""
    lms.tokens.require(authorization, SCOPE_LINE_ITEM)
    _require_body_type(content_type, LINE_ITEM)
    course = _course(lms, course_key, type_id)
    item = lms.gradebook.replace(course, item_id, await request.body())
    return _Json(lms.gradebook.as_json(course, item), LINE_ITEM)


@router.delete("/lti/ags/{course_key}/lineitems/{item_id}/lineitem", tags=["lineitems"])
async def delete_line_item(
    course_key: str, item_id: int, lms: Lms, authorization: Authorization = None, type_id: str | None = None
) -> Response:
    """Delete a line item."""
    lms.tokens.require(authorization, SCOPE_LINE_ITEM)
    lms.gradebook.delete(_course(lms, course_key, type_id), item_id)
    return Response(status_code=204)


@router.post("/lti/ags/{course_key}/lineitems/{item_id}/lineitem/scores", tags=["scores"])
async def record_score(
    course_key: str,
    item_id: int,
    request: Request,
    lms: Lms,
    authorization: Authorization = None,
    content_type: ContentType = None,
    type_id: str | None = None,
) -> Response:
    """Take a score; success has an empty body, as in Moodle."""
    lms.tokens.require(authorization, SCOPE_SCORE)
    _require_body_type(content_type, SCORE)
    lms.gradebook.record_score(_course(lms, course_key, type_id), item_id, await request.body())
    return Response(media_type=SCORE)


@router.get("/lti/ags/{course_key}/lineitems/{item_id}/lineitem/results", tags=["results"])
async def list_results(
    course_key: str,
    item_id: int,
    lms: Lms,
    authorization: Authorization = None,
    accept: Accept = None,
    type_id: str | None = None,
    user_id: str | None = None,
    limit: Limit = 0,
    start: From = 0,
) -> Response:
    """The results of a line item."""
    lms.tokens.require(authorization, SCOPE_RESULT_READ)
    _require_media_type(accept, RESULTS)
    course = _course(lms, course_key, type_id)
    item = lms.gradebook.line_item(course, item_id)
    url = lms.config.lineitem_url(course.key, course.deployment_id, item.id, "/results")
    results = lms.gradebook.results_as_json(course, item, user_id)
    page, link = _page(results, limit, start, url, {"user_id": user_id})
    return _Json(page, RESULTS, link=link)


@router.get("/lti/nrps/{course_key}/memberships", tags=["memberships"])
async def list_memberships(
    course_key: str,
    lms: Lms,
    authorization: Authorization = None,
    accept: Accept = None,
    role: str | None = None,
    rlid: str | None = None,
    limit: Limit = 0,
    start: From = 0,
) -> Response:
    """The members of a course, with Moodle's short role names (NRPS 2.0 §2.4)."""
    lms.tokens.require(authorization, SCOPE_MEMBERSHIP_READ)
    _require_media_type(accept, MEMBERSHIPS)
    course = _course(lms, course_key)
    if rlid is not None and course.activity(rlid) is None:
        raise ServiceRefused(404, f"No resource link {rlid!r}")
    members = [
        {
            "status": "Active",
            "roles": [member_role.value],
            "user_id": person.sub,
            "lis_person_sourcedid": "",
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
        }
        for person, member_role in lms.world.members(course)
        if role in {None, member_role.value, *member_role.claim}
    ]
    url = lms.config.memberships_url(course.key)
    page, link = _page(members, limit, start, url, {"role": role, "rlid": rlid})
    context = {"id": course.context_id, "label": course.label, "title": course.title}
    return _Json({"id": url, "context": context, "members": page}, MEMBERSHIPS, link=link)
