"""`python -m fieldreel`."""

from fieldreel.cli import app

app()
