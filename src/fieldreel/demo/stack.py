"""The stack: PostgreSQL, Stream emulator, demo LMS and the product, started in order and stopped in reverse."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg
import httpx

from fieldreel.demo.errors import DemoError
from fieldreel.demo.processes import EMULATOR_CONFIG, Child, run_to_end
from fieldreel.demo.state import StackState
from fieldreel.demo.steps import Steps
from fieldreel.kit.postgres import USER, EmbeddedPostgres, EmbeddedPostgresError

DATABASE = "fieldreel"
CLIENT_ID = "fieldreel-demo"
DEPLOYMENTS = ("1", "2")
_WATCH_SECONDS = 0.3


class Stack:
    """One stack over one folder; a context manager. Use it from the main thread, because its processes die with it."""

    def __init__(
        self, folder: Path, state: StackState, steps: Steps, *, encode_seconds: float = 0.0, durable: bool = True
    ) -> None:
        """Name the stack; nothing is started before `start`.

        Args:
            folder: exists; everything is kept below it.
            state: its ports and secrets; completed and written to the folder by `start`.
            steps: told of each step.
            encode_seconds: how long the Stream emulator takes over a video.
            durable: False for a stack that nobody needs after a power cut.
        """
        self.folder = folder
        self.state = state
        self.logs = folder / "logs"
        self._steps = steps
        self._encode_seconds = encode_seconds
        self._postgres = EmbeddedPostgres(folder / "postgres", durable=durable)
        self._children: list[Child] = []

    @property
    def stream_api(self) -> str:
        """The account's address at the Stream emulator."""
        return f"{self.state.ports.stream_api_url}/client/v4/accounts/{self.state.account_id}/stream"

    @property
    def settings(self) -> dict[str, str]:
        """The product's settings on this stack, as environment variables."""
        ports = self.state.ports
        media_host = ports.stream_media_url.removeprefix("http://")
        named = {
            "ENV": "development",
            "PUBLIC_URL": ports.app_url,
            "DATABASE_URL": self._postgres.url(DATABASE),
            "DATA_FOLDER": str(self.folder),
            "SECRET_KEYS": self.state.secret_key,
            "HTTP__PORT": str(ports.app),
            "JOBS__RECONCILE_SECONDS": "5",
            "JOBS__DELIVER_SECONDS": "1",
            "STREAM__ACCOUNT_ID": self.state.account_id,
            "STREAM__API_TOKEN": self.state.api_token,
            "STREAM__BASE_URL": f"{ports.stream_api_url}/client/v4",
            "STREAM__CUSTOMER_URL": ports.stream_media_url,
            "STREAM__UPLOAD_HOSTS": media_host,
            "STREAM__SIGNING_KEY_ID": self.state.signing_key_id,
            "STREAM__SIGNING_KEY_PEM": self.state.signing_key_pem,
            "STREAM__WEBHOOK_SECRETS": self.state.webhook_secret,
        }
        return {f"FIELDREEL_{name}": value for name, value in named.items() if value}

    def start(self) -> None:
        """Bring everything up; when this returns, people can launch.

        Raises:
            DemoError: a part did not come up; whatever had come up is stopped again.
        """
        self.logs.mkdir(exist_ok=True)
        try:
            self._start_parts()
        except EmbeddedPostgresError as error:
            self.stop()
            raise DemoError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, the product first and the database last. Idempotent."""
        while self._children:
            self._children.pop().stop()
        self._postgres.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def watch(self) -> None:
        """Wait for ever.

        Raises:
            DemoError: a process ended by itself.
        """
        while True:
            for child in self._children:
                if child.exit_code is not None:
                    raise DemoError(child.obituary())
            if self._postgres.pid is None:
                raise DemoError(f"PostgreSQL ended by itself. Its log is {self._postgres.log}.")
            time.sleep(_WATCH_SECONDS)

    def command(self, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
        """Run `fieldreel …` as an administrator would on this stack and give its output.

        Raises:
            DemoError: it failed.
        """
        return run_to_end(
            [sys.executable, "-m", "fieldreel", *arguments],
            log=self.logs / "commands.log",
            settings={**self.settings, **(settings or {})},
            doing=f"`fieldreel {' '.join(arguments[:2])}`",
        )

    def call_stream(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """One call to Stream's API with the account's token, past the product."""
        return httpx.request(
            method,
            self.stream_api + path,
            json=body,
            headers={"Authorization": f"Bearer {self.state.api_token}"},
            timeout=20,
            trust_env=False,
        )

    def fetch_value(self, query: str, *arguments: str) -> Any:
        """One value from the product's database, for what no page shows. Reading only."""

        async def fetch() -> Any:
            connection = await asyncpg.connect(host=str(self._postgres.socket_folder), user=USER, database=DATABASE)
            try:
                async with connection.transaction(readonly=True):
                    return await connection.fetchval(query, *arguments)
            finally:
                await connection.close()

        return asyncio.run(fetch())

    def _start_parts(self) -> None:
        """In the order of what needs what; processes that need nothing of each other come up side by side."""
        ports, step = self.state.ports, self._steps.step
        self._start_database()
        stream = self._start_stream()
        with step("Database schema"):
            self.command("migrate")
        with step("Stream emulator") as seen:
            stream.wait_until_ready(f"{ports.stream_api_url}/__emu/state")
            seen(ports.stream_api_url)
        with step("Playback signing key and webhook"):
            self._prepare_account()
        app = self._start_app()
        with step("Registration of the LMS"):
            registration = self._registration()
        lms = self._start_lms(registration)
        with step("fieldreel") as seen:
            app.wait_until_ready(f"{ports.app_url}/readyz")
            seen(ports.app_url)
        with step("Demo LMS") as seen:
            # By address: on machines where `localhost` is ::1 first, asking there costs a failed attempt each time.
            lms.wait_until_ready(f"http://127.0.0.1:{ports.lms}/lti/jwks")
            seen(ports.lms_url)

    def _start_database(self) -> None:
        with self._steps.step("PostgreSQL"):
            self._postgres.start()
            self._postgres.create_database(DATABASE)

    def _start_stream(self) -> Child:
        ports = self.state.ports
        return self._start_emulator(
            "stream",
            "Stream emulator",
            {
                "account_id": self.state.account_id,
                "api_token": self.state.api_token,
                "api_url": ports.stream_api_url,
                "media_url": ports.stream_media_url,
                "encode_seconds": self._encode_seconds,
                "api_port": ports.stream_api,
                "media_port": ports.stream_media,
            },
        )

    def _prepare_account(self) -> None:
        if not self.state.signing_key_id:
            key = _result(self.call_stream("POST", "/keys"))
            self.state.signing_key_id, self.state.signing_key_pem = key["id"], key["pem"]
        webhook = {"notificationUrl": f"{self.state.ports.app_url}/webhooks/stream"}
        self.state.webhook_secret = _result(self.call_stream("PUT", "/webhook", webhook))["secret"]
        self.state.write(self.folder)

    def _start_lms(self, registration: str) -> Child:
        ports = self.state.ports
        return self._start_emulator(
            "lms",
            "demo LMS",
            {
                "url": ports.lms_url,
                "port": ports.lms,
                "tool": {
                    "client_id": CLIENT_ID,
                    "deployment_id": DEPLOYMENTS[0],
                    "second_deployment_id": DEPLOYMENTS[1],
                    "login_url": f"{ports.app_url}/lti/login",
                    "launch_url": f"{ports.app_url}/lti/launch",
                    "target_link_uri": f"{ports.app_url}/lti/launch",
                    "jwks_url": f"{ports.app_url}/lti/jwks/{registration}.json",
                },
            },
        )

    def _registration(self) -> str:
        """The id of our LMS's registration, which is made at the first start on these ports."""
        issuer = self.state.ports.lms_url
        if issuer not in self.state.registrations:
            try:
                registration = self._register(issuer)
            except DemoError:
                # A former start may have ended between making it and noting it.
                known = json.loads(self.command("platform", "list"))
                registration = next((one["id"] for one in known if one["issuer"] == issuer), "")
                if not registration:
                    raise
            self.state.registrations[issuer] = registration
            self.state.write(self.folder)
        return self.state.registrations[issuer]

    def _register(self, issuer: str) -> str:
        added = self.command(
            *("platform", "add", "--name", "Demo LMS", "--issuer", issuer, "--client-id", CLIENT_ID),
            *("--authorization-url", f"{issuer}/lti/auth", "--token-url", f"{issuer}/lti/token"),
            *("--jwks-url", f"{issuer}/lti/jwks"),
            *(part for deployment in DEPLOYMENTS for part in ("--deployment-id", deployment)),
        )
        registration: str = json.loads(added)["registration"]
        return registration

    def _start_app(self) -> Child:
        child = Child(
            "product",
            [sys.executable, "-m", "fieldreel", "serve"],
            log=self.logs / "fieldreel.log",
            settings=self.settings,
        )
        self._children.append(child)
        return child

    def _start_emulator(self, kind: str, name: str, config: Mapping[str, Any]) -> Child:
        folder = self.folder / kind
        folder.mkdir(exist_ok=True)
        child = Child(
            name,
            [sys.executable, "-m", "fieldreel.demo.emulator", kind],
            log=self.logs / f"{kind}.log",
            settings={EMULATOR_CONFIG: json.dumps({"folder": str(folder), **config})},
        )
        self._children.append(child)
        return child


def _result(answer: httpx.Response) -> dict[str, Any]:
    """The `result` of Cloudflare's envelope."""
    if not answer.is_success:
        raise DemoError(f"The Stream emulator refused {answer.request.url.path}: {answer.text[:300]}")
    result: dict[str, Any] = answer.json()["result"]
    return result
