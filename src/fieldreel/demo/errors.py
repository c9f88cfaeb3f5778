"""What can go wrong with a demo, in words for the person at the terminal."""


class DemoError(Exception):
    """The demo cannot go on. The text says why and what to do next."""


class StepFailed(DemoError):
    """A step of a walk through the product saw something else than it must."""
