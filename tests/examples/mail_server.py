"""A real SMTP server, with TLS and a password, that keeps what it takes."""

import email
import email.policy
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from repository import run

USER, PASSWORD = "bell", "a p@ss/word"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, which is its own authority, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-addext", "basicConstraints=critical,CA:FALSE",
        "-keyout", key, "-out", cert,
    )  # fmt: skip
    return cert, key


class MailServer:
    def __init__(self, files: tuple[Path, Path], *, starttls: bool):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.was_secret = True
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        tls = (
            {"tls_context": context, "require_starttls": True, "auth_required": True}
            if starttls
            # It knows of TLS only after STARTTLS.
            else {"ssl_context": context, "auth_require_tls": False}
        )
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self._authenticate,
            **tls,
        )

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()

    def _authenticate(self, _server, _session, _envelope, mechanism, data) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        tls = server.transport.get_extra_info("ssl_object")
        self.was_secret = self.was_secret and tls is not None
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((envelope.rcpt_tos, message))
        return "250 2.0.0 queued as 42"
