"""The shell, the error page and what their policies allow."""

import html
import json
import re
from pathlib import Path

import pytest

from fieldreel.errors import LaunchError
from fieldreel.web.pages import FramePolicy, SinglePageApp, error_page, json_block, own_page_policy

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]>",
    "\u2028\u2029",
    "\"'\\",
    "&lt;/script&gt;",
    "</SCRIPT >",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_json_block_can_end_its_script_element(text: str) -> None:
    block = str(json_block({"title": text, text: 1}))
    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block) == {"title": text, text: 1}


def rules(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


def test_the_policy_lets_the_page_talk_to_us_and_to_stream_and_the_lms_frame_it() -> None:
    stream = ("https://customer-x1.cloudflarestream.com", "https://upload.cloudflarestream.com")
    policy = rules(FramePolicy(ancestors=("https://lms.example.edu",), stream_sources=stream).header)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {' '.join(stream)}"
    assert policy["media-src"] == f"'self' blob: {' '.join(stream)}"
    assert policy["frame-ancestors"] == "'self' https://lms.example.edu"
    assert policy["base-uri"] == policy["form-action"] == "'none'"


def test_nobody_frames_a_page_whose_platform_is_unknown() -> None:
    assert rules(FramePolicy().header)["frame-ancestors"] == "'none'"


def test_no_policy_allows_inline_or_computed_code() -> None:
    policies = [FramePolicy(("https://lms.example.edu",), ("https://s.example",)).header, own_page_policy(["*"])]
    for policy in policies:
        assert "unsafe" not in policy
        assert " *" not in policy.replace("frame-ancestors *", "")


def built(folder: Path) -> SinglePageApp:
    entry = {"file": "assets/main-1.js", "css": ["assets/main-1.css"], "isEntry": True}
    (folder / "manifest.json").write_text(json.dumps({"other.ts": {"file": "assets/o.js"}, "main.tsx": entry}))
    return SinglePageApp(folder)


def test_the_shell_loads_the_entry_script_and_carries_the_configuration(tmp_path: Path) -> None:
    config = {"locale": "de", "session_token": "a-token", "title": HOSTILE[0]}
    response = built(tmp_path).shell(config, FramePolicy(("https://lms.example.edu",)))
    page = bytes(response.body).decode()
    assert 'src="/static/assets/main-1.js"' in page
    assert 'href="/static/assets/main-1.css"' in page
    assert '<html lang="de"' in page
    block = re.search(r'<script type="application/json" id="fieldreel-config">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    assert json.loads(block[1]) == config
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "https://lms.example.edu" in response.headers["Content-Security-Policy"]


def test_a_front_end_that_was_not_built_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _ = SinglePageApp(tmp_path).assets


def test_an_error_page_says_what_why_what_now_and_a_reference() -> None:
    response = error_page(LaunchError("Ask <b>your</b> course team."), ref="VA-7F3K-21")
    page = bytes(response.body).decode()
    assert response.status_code == 400
    assert LaunchError.title in page
    assert "Ask <b>" not in page
    assert "Ask <b>your</b> course team." in html.unescape(page)
    assert "VA-7F3K-21" in page
    assert "lti.launch" in page
    assert "<script" not in page
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
