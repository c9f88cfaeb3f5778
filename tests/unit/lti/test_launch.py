"""What an id token must be: LTI Security Framework §5.1.3, LTI Core §5.3, and the certification suite's lists.

Names that begin with `certification` quote a bullet of the 1EdTech certification suite for tools.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldreel.lti import claims
from fieldreel.lti.errors import AnonymousLaunch, ForeignTarget, InvalidIdToken, LaunchRefused, UnsupportedMessage
from fieldreel.lti.launch import read_unverified, validate_id_token
from fieldreel.lti.roles import Role

NOW = 1_772_442_000  # 2026-03-02T09:00:00Z


def without(lms, *names):
    body = {name: value for name, value in lms.body().items() if name not in names}
    return jwt.encode(body, lms.private_key, algorithm="RS256", headers={"kid": lms.kid})


def b64(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_good_token_gives_the_whole_launch(validate):
    launch = validate(
        **{
            claims.AGS: {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitem": "https://lms.example.edu/item?type=6",
                "lineitems": "https://lms.example.edu/items",
            },
            claims.TOOL_PLATFORM: {"guid": "g", "name": "Example LMS", "product_family_code": "moodle"},
            claims.LAUNCH_PRESENTATION: {"return_url": "https://lms.example.edu/back", "locale": "de-CH"},
            claims.CUSTOM: {"due": "$ResourceLink.submission.endDateTime", "number": 3},
            claims.NRPS: {"context_memberships_url": "https://lms.example.edu/members"},
        }
    )

    assert (launch.sub, launch.name, launch.email, launch.role) == (
        "ada",
        "Ada Lovelace",
        "ada@example.edu",
        Role.LEARNER,
    )
    assert (launch.nonce, launch.deployment_id, launch.test_user) == ("nonce-1", "1", False)
    assert launch.resource_link.id == "link-1"
    assert launch.context is not None
    assert launch.context.label == "FILM101"
    assert launch.ags is not None
    assert launch.ags.line_item_url == "https://lms.example.edu/item?type=6"
    assert launch.nrps_url == "https://lms.example.edu/members"
    assert (launch.platform_name, launch.product_family) == ("Example LMS", "moodle")
    assert (launch.return_url, launch.locale) == ("https://lms.example.edu/back", "de-CH")
    assert launch.custom == {"due": "$ResourceLink.submission.endDateTime"}


@pytest.mark.parametrize(
    ("offsets", "why"),
    [
        ({"exp": 600, "iat": 59}, "iat 59 s ahead: the platform's clock is fast"),
        ({"exp": 60, "iat": 0, "nbf": 59}, "nbf 59 s ahead: Brightspace sends nbf"),
        ({"iat": -119, "exp": -59}, "expired 59 s ago: Moodle's token lives one minute"),
        ({"iat": -599, "exp": 3000}, "issued almost ten minutes ago"),
        ({"iat": 0.5, "exp": 60.5}, "fractions of a second are legal numbers"),
        ({"iat": 0, "exp": 86_400}, "lives exactly one day"),
    ],
)
def test_times_within_leeway_are_accepted(validate, offsets, why):
    assert validate(**{name: NOW + offset for name, offset in offsets.items()}).sub == "ada", why


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [
        ({"iat": -120, "exp": -60}, "expired"),
        ({"iat": 61, "exp": 120}, "iat_in_future"),
        ({"iat": -601, "exp": 60}, "iat_too_old"),
        ({"iat": -30 * 86_400, "exp": 60}, "iat_too_old"),
        ({"iat": 0, "exp": 86_401}, "lives_too_long"),
        ({"iat": 0, "exp": 10 * 365 * 86_400}, "lives_too_long"),
        ({"iat": 0, "exp": 60, "nbf": 61}, "nbf_in_future"),
    ],
)
def test_times_beyond_leeway_are_refused(validate, offsets, reason):
    with pytest.raises(InvalidIdToken) as refusal:
        validate(**{name: NOW + offset for name, offset in offsets.items()})
    assert refusal.value.reason == reason


@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("value", ["soon", True, None, [], float("inf"), float("nan")])
def test_certification_bad_timestamps_are_refused(validate, name, value):
    with pytest.raises(InvalidIdToken):
        validate(**{name: value})


@pytest.mark.parametrize("name", ["exp", "iat", "iss", "aud", "nonce"])
def test_certification_missing_registered_claims_are_refused(lms, validate, name):
    with pytest.raises(InvalidIdToken):
        validate(without(lms, name))


@pytest.mark.parametrize(
    "name", [claims.VERSION, claims.MESSAGE_TYPE, claims.ROLES, claims.DEPLOYMENT_ID, claims.RESOURCE_LINK]
)
def test_certification_missing_lti_claims_are_refused(lms, validate, name):
    with pytest.raises(InvalidIdToken):
        validate(without(lms, name))


def test_certification_missing_sub_is_explained_as_an_anonymous_launch(lms, validate):
    with pytest.raises(AnonymousLaunch):
        validate(without(lms, "sub"))


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"iss": "https://other.example.edu"}, "InvalidIssuerError"),
        ({"iss": "https://lms.example.edu/"}, "InvalidIssuerError"),
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"aud": []}, "MissingRequiredClaimError"),
        ({"aud": ["client-1", "other"]}, "untrusted_audience"),
        ({"aud": ["client-1", "other"], "azp": "client-1"}, "untrusted_audience"),
        ({"aud": ["other", "client-1"], "azp": "client-1"}, "untrusted_audience"),
        ({"aud": ["client-1", "client-1"]}, "azp_missing"),
        ({"azp": "somebody-else"}, "azp"),
        ({"azp": None}, "azp"),
        ({"sub": "x" * 256}, "id_sub"),
        ({"sub": 42}, "id_sub"),
        ({"sub": "a\x00b"}, "id_sub"),
        ({"sub": "\ud800"}, "id_sub"),
        ({"nonce": "n" * 256}, "id_nonce"),
        ({"nonce": ["n"]}, "id_nonce"),
        ({claims.VERSION: "1.2.0"}, "message"),
        ({claims.VERSION: "1.3"}, "message"),
        ({claims.MESSAGE_TYPE: ""}, "message_type"),
        ({claims.MESSAGE_TYPE: ["LtiResourceLinkRequest"]}, "message_type"),
        ({claims.DEPLOYMENT_ID: ""}, "message"),
        ({claims.DEPLOYMENT_ID: "d" * 256}, "id_deployment_id"),
        ({claims.DEPLOYMENT_ID: 6}, "id_deployment_id"),
        ({claims.ROLES: None}, "message"),
        ({claims.ROLES: "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"}, "roles"),
        ({claims.ROLES: {"a": 1}}, "roles"),
        ({claims.ROLES: [1, 2]}, "roles"),
        ({claims.RESOURCE_LINK: {}}, "message"),
        ({claims.RESOURCE_LINK: {"id": ""}}, "message"),
        ({claims.RESOURCE_LINK: {"id": "r" * 256}}, "id_id"),
        ({claims.RESOURCE_LINK: "link-1"}, "claim_type"),
        ({claims.RESOURCE_LINK: None}, "claim_type"),
        ({claims.CONTEXT: "course-1"}, "type_context"),
        ({claims.CONTEXT: {"title": "no id"}}, "id_id"),
        ({claims.CONTEXT: {"id": 5}}, "id_id"),
        ({claims.AGS: "https://lms.example.edu/item"}, "type_endpoint"),
        ({claims.TOOL_PLATFORM: []}, "type_tool_platform"),
    ],
)
def test_claims_that_break_a_rule_are_refused(validate, overrides, reason):
    with pytest.raises(InvalidIdToken) as refusal:
        validate(**overrides)
    assert refusal.value.reason == reason
    assert refusal.value.status == 401


@pytest.mark.parametrize(
    "overrides", [{"azp": "client-1"}, {"aud": ["client-1"]}, {"aud": ["client-1"], "azp": "client-1"}]
)
def test_our_own_audience_is_accepted_in_every_legal_form(validate, overrides):
    assert validate(**overrides).sub == "ada"


@pytest.mark.parametrize(
    "kind",
    [
        "LtiDeepLinkingRequest",
        "LtiSubmissionReviewRequest",
        "LtiAssetProcessorSettingsRequest",
        "LtiEulaRequest",
        "Bogus",
    ],
)
def test_certification_invalid_message_types_get_their_own_page(validate, kind):
    with pytest.raises(UnsupportedMessage):
        validate(**{claims.MESSAGE_TYPE: kind})


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/lti/launch",
        "https://video.example.edu.evil.com/",
        "https://video.example.edu@evil.com/",
        "http://video.example.edu/lti/launch",
        "https://video.example.edu:8443/lti/launch",
        "javascript:alert(1)",
        "//video.example.edu/",
        "/lti/launch",
        "https://[broken/",
        None,
        3,
    ],
)
def test_a_target_on_another_origin_is_refused(validate, target):
    with pytest.raises(ForeignTarget):
        validate(**{claims.TARGET_LINK_URI: target})


def test_a_missing_target_is_refused(lms, validate):
    with pytest.raises(ForeignTarget):
        validate(without(lms, claims.TARGET_LINK_URI))


def test_a_target_with_the_default_port_spelled_out_is_ours(validate):
    assert validate(**{claims.TARGET_LINK_URI: "https://VIDEO.example.edu:443/lti/launch?x=1"}).sub == "ada"


# --- signatures -----------------------------------------------------------------------------------------------------


def test_a_token_signed_by_another_key_is_refused(lms, validate):
    stranger = rsa.generate_private_key(65537, 2048)
    with pytest.raises(InvalidIdToken) as refusal:
        validate(lms.token(key=stranger))
    assert refusal.value.reason == "InvalidSignatureError"


def test_a_token_changed_after_signing_is_refused(lms, validate):
    header, _, signature = lms.token().split(".")
    with pytest.raises(InvalidIdToken):
        validate(f"{header}.{b64(lms.body(sub='mallory'))}.{signature}")


def test_alg_none_is_refused(lms, validate):
    token = f"{b64({'alg': 'none', 'kid': lms.kid})}.{b64(lms.body())}."
    with pytest.raises(InvalidIdToken):
        read_unverified(token)
    with pytest.raises(InvalidIdToken):
        validate(token)


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_hs256_keyed_with_the_public_key_is_refused(lms, validate, encoding):
    secret = lms.public_key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed = f"{b64({'alg': 'HS256', 'kid': lms.kid})}.{b64(lms.body())}"
    token = f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"
    with pytest.raises(InvalidIdToken):
        read_unverified(token)
    with pytest.raises(InvalidIdToken):
        validate(token)


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_other_rsa_algorithms_are_refused_even_with_the_right_key(lms, validate, alg):
    token = lms.token(alg=alg)
    with pytest.raises(InvalidIdToken):
        read_unverified(token)
    with pytest.raises(InvalidIdToken):
        validate(token)


@pytest.mark.parametrize("header", [{"jku": "https://evil.example.com/jwks"}, {"x5u": "https://evil.example.com/cert"}])
def test_key_addresses_in_the_header_are_ignored(lms, validate, header):
    assert validate(lms.token(header=header)).sub == "ada"
    stranger = rsa.generate_private_key(65537, 2048)
    with pytest.raises(InvalidIdToken):
        validate(lms.token(header=header, key=stranger))


def test_a_key_in_the_header_is_never_used(lms, validate):
    stranger = rsa.generate_private_key(65537, 2048)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key()))
    with pytest.raises(InvalidIdToken):
        validate(lms.token(header={"jwk": jwk}, key=stranger))


def test_an_unknown_critical_header_is_refused(lms, validate):
    with pytest.raises(InvalidIdToken):
        validate(lms.token(header={"crit": ["magic"], "magic": 1}))


def test_certification_no_kid_is_refused(lms):
    token = jwt.encode(lms.body(), lms.private_key, algorithm="RS256")
    with pytest.raises(InvalidIdToken) as refusal:
        read_unverified(token)
    assert refusal.value.reason == "kid"


@pytest.mark.parametrize("kid", ["", "k" * 256, "a\x00b"])
def test_a_kid_of_the_wrong_shape_is_refused_before_any_look_up(lms, kid):
    with pytest.raises(InvalidIdToken):
        read_unverified(lms.token(header={"kid": kid}))


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c", "a.b.c.d", "....", "e30.e30.e30", "ä.ö.ü", "x" * 70_000],
)
def test_something_that_is_no_jwt_is_refused(lms, validate, token):
    with pytest.raises(InvalidIdToken):
        read_unverified(token)
    with pytest.raises(LaunchRefused):
        validate(token or "-")


@pytest.mark.parametrize("body", [[], "text", 5, None, ["iss"]])
def test_a_body_that_is_no_object_is_refused(lms, validate, body):
    signed = f"{b64({'alg': 'RS256', 'kid': lms.kid})}.{b64(body)}"
    signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(signed.encode(), lms.private_key)
    with pytest.raises(InvalidIdToken):
        validate(f"{signed}.{b64(signature)}")
    with pytest.raises(InvalidIdToken):
        read_unverified(f"{signed}.{b64(signature)}")


def test_deeply_nested_json_is_refused_and_not_a_crash(lms):
    nested = b'{"a":' * 5000 + b"1" + b"}" * 5000
    with pytest.raises(InvalidIdToken):
        read_unverified(f"{b64({'alg': 'RS256', 'kid': lms.kid})}.{b64(nested)}.{b64(b'x')}")


def test_a_token_of_platform_a_is_refused_at_platform_b(lms):
    other = replace(lms.registered, issuer="https://b.example.edu")
    with pytest.raises(InvalidIdToken):
        validate_id_token(
            lms.token(),
            platform=other,
            key=lms.public_key,
            tool_origin="https://video.example.edu",
            now=datetime.fromtimestamp(NOW, UTC),
        )


# --- the certification suite's valid payloads ------------------------------------------------------------------------


def test_certification_valid_short_role(validate):
    assert validate(**{claims.ROLES: ["Instructor"]}).role is Role.INSTRUCTOR


def test_certification_valid_unknown_role(validate):
    unknown = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"
    assert validate(**{claims.ROLES: [unknown]}).role is Role.GUEST


def test_certification_valid_no_role(validate):
    assert validate(**{claims.ROLES: []}).role is Role.GUEST


def test_certification_valid_email_only(lms, validate):
    launch = validate(without(lms, "name"))
    assert (launch.name, launch.email) == (None, "ada@example.edu")


def test_certification_valid_names_only(validate):
    launch = validate(email=None, name=None, given_name="Ada", family_name="Lovelace")
    assert (launch.name, launch.email) == ("Ada Lovelace", None)


def test_certification_valid_no_personal_data(lms, validate):
    launch = validate(without(lms, "name", "email"))
    assert (launch.name, launch.email) == (None, None)


def test_certification_valid_no_context(lms, validate):
    assert validate(without(lms, claims.CONTEXT)).context is None


def test_unknown_claims_are_ignored(validate):
    assert validate(**{"https://purl.imsglobal.org/spec/lti/claim/from_the_future": {"x": [1]}}).sub == "ada"


# --- labels ----------------------------------------------------------------------------------------------------------


def test_labels_are_cleaned_and_cut_but_never_refused(validate):
    launch = validate(
        name="  Ada\x00\n\u202eLove\ud800lace  ",
        email=["not", "text"],
        **{claims.RESOURCE_LINK: {"id": "link-1", "title": "t" * 900}},
    )
    assert launch.name == "Ada Love lace"
    assert launch.email is None
    assert launch.resource_link.title == "t" * 255


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "relative", 5, "https://" + "a" * 3000])
def test_service_and_return_addresses_that_are_no_web_addresses_are_left_out(validate, url):
    launch = validate(**{claims.AGS: {"lineitem": url, "scope": "x"}, claims.LAUNCH_PRESENTATION: {"return_url": url}})
    assert launch.ags is not None
    assert (launch.ags.line_item_url, launch.ags.scopes, launch.return_url) == (None, (), None)


def test_ids_with_markup_are_kept_exact(validate):
    assert validate(sub="<script>'\"").sub == "<script>'\""
