"""A small demo LMS: an LTI 1.3 platform with courses, people, a gradebook and the manners of Moodle 4.5.

Owns: sign-in to the LMS, launches (login initiation, authorization endpoint, id tokens), service tokens, line items,
scores, results, memberships, and the switches that make them fail on purpose (`/__lms/...`).
Refuses: to bend to the tool that it launches. Every rule comes from the LTI 1.3 documents or from what Moodle does (id
token of 60 s, single-use message hint, token answer labelled text/html, exact media types, 409 for a score that is not
newer by a whole second). It therefore shares no code with `fieldreel.lti`: two readings of one specification that must
agree.

Everything it knows stands in two JSON files in its folder, so that a restart keeps grades and keys. Not a service for
real people: anybody who reaches it may sign in as anybody.
"""

from fieldreel.emulators.platform.config import DemoLmsConfig, ToolRegistration
from fieldreel.emulators.platform.lms import DemoLms
from fieldreel.emulators.platform.server import serve

__all__ = ["DemoLms", "DemoLmsConfig", "ToolRegistration", "serve"]
