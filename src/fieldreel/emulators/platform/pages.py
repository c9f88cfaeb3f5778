"""The pages of the LMS: sign in, courses, activities, gradebook."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fieldreel.emulators.platform.gradebook import ServiceRefused
from fieldreel.emulators.platform.launch_routes import require_activity
from fieldreel.emulators.platform.launches import LaunchRefused
from fieldreel.emulators.platform.rendering import COOKIE, RequiredSignIn, render, require_same_origin
from fieldreel.emulators.platform.site import Lms, Site
from fieldreel.emulators.platform.world import Activity, Course, Person, Role

router = APIRouter()

_FRAME_FEATURES = ("camera", "microphone", "autoplay", "fullscreen", "encrypted-media")


def _enter(lms: Site, person: Person, course_key: str) -> tuple[Course, Role]:
    course = lms.world.courses.get(course_key)
    role = lms.world.role(course, person) if course else None
    if course is None or role is None:
        raise LaunchRefused(404, "You are not enrolled in such a course.")
    return course, role


def _due(lms: Site, activity: Activity) -> str | None:
    if activity.due_in is None:
        return None
    return _spoken(lms.store.state.created_at + activity.due_in)


def _spoken(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M} UTC"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


@router.get("/")
async def home(request: Request, lms: Lms) -> HTMLResponse:
    """Who are you: every person of every course, one button each."""
    courses = [
        (course, [*lms.world.members(course), (lms.world.people["admin"], Role.ADMINISTRATOR)])
        for course in lms.world.courses.values()
    ]
    return render(request, "home.html", courses=courses)


@router.post("/sign-in", dependencies=[Depends(require_same_origin)])
async def sign_in(lms: Lms, person: Annotated[str, Form()], course: Annotated[str, Form()]) -> Response:
    """Sign in and go to the course."""
    account = lms.world.people.get(person)
    if account is None:
        raise LaunchRefused(404, "There is no such person.")
    _enter(lms, account, course)
    response = RedirectResponse(f"/courses/{course}", 303)
    # An ordinary first-party cookie, Lax like Moodle's: what the tool in the frame may do never depends on it.
    response.set_cookie(
        COOKIE, lms.sign_in(account), httponly=True, samesite="lax", secure=lms.config.url.startswith("https:")
    )
    return response


@router.post("/sign-out", dependencies=[Depends(require_same_origin)])
async def sign_out(request: Request, lms: Lms) -> Response:
    """Sign out."""
    lms.sign_out(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/courses/{course_key}")
async def course_page(
    course_key: str,
    request: Request,
    lms: Lms,
    current: RequiredSignIn,
    lti_msg: str = "",
    lti_errormsg: str = "",
) -> HTMLResponse:
    """The activities; also where a tool returns to, with a message if it likes (LTI Core §5.4.4)."""
    course, role = _enter(lms, current.person, course_key)
    activities = [(activity, _due(lms, activity)) for activity in course.activities]
    return render(
        request,
        "course.html",
        course=course,
        role=role,
        activities=activities,
        message=lti_msg,
        error_message=lti_errormsg,
    )


@router.get("/courses/{course_key}/activities/{link_id}")
async def activity_page(
    course_key: str, link_id: str, request: Request, lms: Lms, current: RequiredSignIn
) -> HTMLResponse:
    """The tool in a frame. The features are allowed for the tool's origin only, as Moodle does."""
    course, role = _enter(lms, current.person, course_key)
    course, activity = require_activity(course, link_id)
    return render(
        request,
        "activity.html",
        course=course,
        role=role,
        activity=activity,
        due=_due(lms, activity),
        allow="; ".join(f"{feature} {lms.config.tool.origin}" for feature in _FRAME_FEATURES),
        launch_url=f"/courses/{course.key}/activities/{activity.link_id}/launch",
    )


@router.get("/courses/{course_key}/gradebook")
async def gradebook_page(course_key: str, request: Request, lms: Lms, current: RequiredSignIn) -> HTMLResponse:
    """Everybody's grades for staff, one's own for a learner."""
    course, role = _enter(lms, current.person, course_key)
    learners = [person for person, member_role in lms.world.members(course) if member_role is Role.LEARNER]
    if not role.is_staff:
        learners = [current.person]
    items = lms.gradebook.line_items(course)
    rows = [(learner, [lms.gradebook.grades(item).get(learner.sub) for item in items]) for learner in learners]
    return render(
        request,
        "gradebook.html",
        course=course,
        role=role,
        items=items,
        rows=rows,
        number=_number,
        spoken=lambda seconds: _spoken(datetime.fromtimestamp(seconds, UTC)),
    )


@router.post("/courses/{course_key}/gradebook", dependencies=[Depends(require_same_origin)])
async def change_grade(
    course_key: str,
    lms: Lms,
    current: RequiredSignIn,
    person: Annotated[str, Form()],
    item: Annotated[int, Form()],
    score: Annotated[str, Form()] = "",
) -> Response:
    """Write a grade by hand; an empty score clears it."""
    course, role = _enter(lms, current.person, course_key)
    if not role.is_staff:
        raise LaunchRefused(403, "Only teachers change grades.")
    account = lms.world.people.get(person)
    learner = lms.world.find_gradable(course, account.sub) if account else None
    if learner is None:
        raise LaunchRefused(404, "There is no such student in this course.")
    try:
        line_item = lms.gradebook.line_item(course, item)
        value = float(score) if score.strip() else None
    except (ServiceRefused, ValueError) as error:
        raise LaunchRefused(400, "That is no grade for a column of this course.") from error
    if value is not None and not 0 <= value <= line_item.score_maximum:
        raise LaunchRefused(400, f"A grade here is a number from 0 to {_number(line_item.score_maximum)}.")
    lms.gradebook.change_by_hand(line_item, learner, value)
    return RedirectResponse(f"/courses/{course.key}/gradebook", 303)
