"""An OpenID Connect provider, as a process: discovery, keys, authorization, token (code flow, PKCE required).

`python -m tests.api.oidc_provider PORT`. Everybody who comes is signed in at once, as whom `POST /control` says; it can
be told to lie in its tokens, too.
"""

import base64
import hashlib
import secrets
import sys
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "vayro", "a client's secret, of 32 characters"


class Provider:
    """What it knows, and whom it lets in."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = self._make_key("RSA")
        self.codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {}
        self.lie = ""

    async def control(self, request: Request) -> Response:
        """Say who comes next, and which lie to tell; `kind` makes new keys."""
        told = await request.json()
        self.person, self.lie = told.get("person", self.person), told.get("lie", "")
        if kind := told.get("new_key"):
            self.key = self._make_key(kind)
        return Response(status_code=204)

    async def discovery(self, _request: Request) -> Response:
        endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        document: dict[str, Any] = {name: f"{self.issuer}/{path}" for name, path in endpoints.items()}
        return JSONResponse({"issuer": self.issuer, "response_types_supported": ["code"], **document})

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(str(sent.get("code")), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or sent.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(str(sent.get("code_verifier")).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "PKCE"}, 400)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60}
        return JSONResponse({**answer, "id_token": self._sign(asked["nonce"])})

    def _sign(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "exp": now + 60, "iat": now, "nonce": nonce, **self.person}
        claims |= {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another"},
            "authorized party": {"aud": [CLIENT_ID, "another"], "azp": "another"},
            "issuer": {"iss": "https://evil.test"},
            "expiry": {"exp": now - 3_600},
        }.get(self.lie, {})
        if self.lie == "no subject":
            del claims["sub"]
        if self.lie == "no signature":
            parts = ('{"alg":"none"}', __import__("json").dumps(claims))
            return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."
        if self.lie == "client secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))
        key = self._make_key("RSA", self.key.kid) if self.lie == "key" else self.key
        algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)

    def _make_key(self, kind: str, kid: str | None = None) -> Any:
        described = {"kid": kid or secrets.token_hex(4), "use": "sig"}
        if kind == "EC":
            return ECKey.generate_key("P-256", parameters=described)
        return RSAKey.generate_key(2048, parameters=described)


def build(port: int) -> Starlette:
    provider = Provider(port)
    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.discovery),
            Route("/keys", provider.keys),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
            Route("/control", provider.control, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(build(int(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
