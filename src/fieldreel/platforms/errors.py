"""What an administrator can get wrong about a platform."""

from fieldreel.errors import Conflict, InvalidRequest, NotFound


class RegistrationExists(Conflict):
    """The (issuer, client id) is connected already; it is never overwritten."""

    slug = "platform.exists"
    title = "This platform is connected already"
    default_detail = "The same issuer and client id are registered. Show it with `fieldreel platform list`."


class RegistrationNotFound(NotFound):
    """No registration with this id."""

    slug = "platform.not_found"
    title = "There is no such platform"
    default_detail = "List the platforms with `fieldreel platform list`."


class DeploymentNotFound(NotFound):
    """No such deployment under the registration."""

    slug = "platform.deployment_not_found"
    title = "There is no such deployment"
    default_detail = "Show the platform's deployments with `fieldreel platform show`."


class UnsafeAddress(InvalidRequest):
    """An endpoint that is no absolute https address."""

    slug = "platform.address_invalid"
    title = "An address of the platform cannot be used"
    default_detail = "Every address must begin with https://."
