"""An OpenID Connect provider on a free port: real keys, and people who need no password."""

import base64
import hashlib
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
import json

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "nightbell"
CLIENT_SECRET = "s3cret & more"


class Provider:
    """Signs in whoever `person` describes. `faults` change what it then says: claims of the
    ID token by their names, or `key`, which the token is signed with."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.person: dict = {}
        self.faults: dict = {}
        self.refusal: dict | None = None
        self.codes: dict[str, dict] = {}
        self.asked: list[dict] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def metadata(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, asked: dict) -> str:
        """Where the browser goes back to."""
        self.asked.append(asked)
        answer = self.refusal
        if answer is None:
            code = secrets.token_urlsafe()
            self.codes[code] = {**asked, **self.person}
            answer = {"code": code}
        answer = {**answer, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, authorization: str, form: dict) -> tuple[int, dict]:
        pair = urlencode({CLIENT_ID: CLIENT_SECRET}).replace("=", ":", 1)
        if authorization != "Basic " + base64.b64encode(pair.encode()).decode():
            return 401, {"error": "invalid_client"}
        # A code is good for one use.
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant", "error_description": "<b>no such code</b>"}
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self.sign(asked)}

    def sign(self, asked: dict) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "sub": "1",
            **self.person,
            **self.faults,
        }
        key = claims.pop("key", self.key)
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def _handler(provider):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                if url.path == "/authorize":
                    asked = {name: value for name, (value,) in parse_qs(url.query).items()}
                    self.send_response(302)
                    self.send_header("location", provider.authorize(asked))
                    self.send_header("content-length", "0")
                    self.end_headers()
                elif url.path == "/keys":
                    self.answer(200, {"keys": [provider.key.as_dict(private=False)]})
                elif url.path == "/.well-known/openid-configuration":
                    self.answer(200, provider.metadata())
                else:
                    self.answer(404, {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {name: value for name, (value,) in parse_qs(body).items()}
                self.answer(*provider.token(self.headers["authorization"], form))

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        return Handler
