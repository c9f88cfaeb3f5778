"""The routes of a launch: from the activity, from a driver, and the authorization endpoint."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from fieldreel.emulators.platform.launches import FormAnswer, LaunchRefused
from fieldreel.emulators.platform.rendering import MaybeSignedIn, RequiredSignIn, self_submitting_form
from fieldreel.emulators.platform.site import Lms
from fieldreel.emulators.platform.world import Activity, Course

router = APIRouter()

Method = Literal["get", "post"]


def require_activity(course: Course | None, link_id: str) -> tuple[Course, Activity]:
    """The course and its activity, or the LMS's page with 404."""
    activity = course.activity(link_id) if course else None
    if course is None or activity is None:
        raise LaunchRefused(404, "There is no such activity.")
    return course, activity


@router.get("/courses/{course_key}/activities/{link_id}/launch")
async def launch_from_activity(
    course_key: str, link_id: str, request: Request, lms: Lms, current: RequiredSignIn, window: bool = False
) -> HTMLResponse:
    """What the activity's frame loads: a form that begins the launch of the signed-in person."""
    course, activity = require_activity(lms.world.courses.get(course_key), link_id)
    fields = lms.launches.start(course, activity, current.person, session=current.session, window=window)
    return self_submitting_form(request, FormAnswer(lms.config.tool.login_url, fields), activity.title)


@router.get("/launch/{link_id}")
async def launch_for_driver(
    link_id: str,
    request: Request,
    lms: Lms,
    current: MaybeSignedIn,
    as_person: Annotated[str | None, Query(alias="as")] = None,
    deployment: str | None = None,
    method: Method = "post",
    window: bool = False,
) -> HTMLResponse:
    """The same form for drivers: `as` names the person (else whoever is signed in), `deployment` the institution."""
    person = current.person if current else None
    if as_person:
        person = lms.world.people.get(as_person)
    if person is None:
        raise LaunchRefused(404 if as_person else 401, "Say who launches: ?as=ada, or sign in first.")
    courses = lms.world.courses_of(person) if deployment is None else lms.world.courses.values()
    course = next((course for course in courses if deployment in {None, course.deployment_id}), None)
    course, activity = require_activity(course, link_id)
    session = current.session if current and not as_person else None
    fields = lms.launches.start(course, activity, person, session=session, window=window)
    return self_submitting_form(request, FormAnswer(lms.config.tool.login_url, fields, method), activity.title)


@router.api_route("/lti/auth", methods=["GET", "POST"])
async def authorize(request: Request, lms: Lms, current: MaybeSignedIn) -> HTMLResponse:
    """The authorization endpoint."""
    values = dict(request.query_params)
    if request.method == "POST":
        values |= {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    # The tool's page, on another site, sent the browser here, and so the Lax cookie of this LMS stayed behind. A form
    # that this page submits to itself is same-site and brings it along. Moodle does the same, under the same name.
    if (
        current is None
        and "repost" not in values
        and lms.launches.belongs_to_browser(values.get("lti_message_hint", ""))
    ):
        return self_submitting_form(
            request, FormAnswer(f"{lms.config.url}/lti/auth", values | {"repost": "1"}), "Opening"
        )
    return self_submitting_form(request, lms.launches.authorize(values, current), "Opening")
