"""Sign-in through an OpenID Connect provider: the code flow with PKCE (RFC 7636), state and nonce.

The provider is the operator's choice and is believed about who somebody is: its subject is the identity. An address
links to an account that is there only when both sides have verified it, and only when no second factor would be passed
by that way; such a user signs in first, and links then.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import structlog
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vayro.accounts.identity import Errand, Identity
from vayro.errors import Unauthenticated, Unavailable
from vayro.settings import Settings

SCOPE = "openid email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a key pair alone: with HS256 the client's secret would sign, with `none` nobody."""

HTTP_SECONDS = 10.0
METADATA_SECONDS = 3_600.0
KEYS_AT_MOST_EVERY_SECONDS = 2.0
LEEWAY_SECONDS = 60
_log = structlog.get_logger(__name__)


class Provider:
    """Speaks with one provider. What it publishes is read when it is first needed, and again each hour."""

    def __init__(self, settings: Settings, redirect_uri: str) -> None:
        """Args: settings, who the provider is and who we are to it; redirect_uri, where it sends people back."""
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret.get_secret_value()
        self._redirect_uri = redirect_uri
        self._metadata: dict[str, Any] = {}
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def address_for(self, state: str, errand: Errand) -> str:
        """Return the address to send the person to. Raises Unavailable."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": errand.nonce,
            "code_challenge": create_s256_code_challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = (await self._read_metadata())["authorization_endpoint"]
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    async def finish(self, code: str, errand: Errand) -> Identity:
        """Return who the code stands for. Raises Unauthenticated when it stands for nobody, Unavailable."""
        metadata = await self._read_metadata()
        method = "client_secret_basic" if self._client_secret else "none"
        async with AsyncOAuth2Client(
            self._client_id,
            self._client_secret or None,
            redirect_uri=self._redirect_uri,
            token_endpoint_auth_method=method,
            timeout=HTTP_SECONDS,
        ) as client:
            try:
                answer = await client.fetch_token(
                    metadata["token_endpoint"],
                    code=code,
                    code_verifier=errand.verifier,
                    grant_type="authorization_code",
                )
            except httpx.HTTPError as error:
                raise Unavailable("The sign-in provider does not answer.") from error
            except Exception as error:  # Authlib raises the provider's own errors, each of its own class
                _log.warning("the sign-in provider refused a code", error=type(error).__name__)
                raise Unauthenticated(_REFUSED) from error
        return _identify(await self._read_token(str(answer.get("id_token", "")), errand), self.issuer)

    async def _read_token(self, token: str, errand: Errand) -> Mapping[str, Any]:
        """Return the claims, once signature, issuer, audience, times and nonce are right."""
        claims_of = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": (await self._read_metadata())["issuer"]},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": errand.nonce},
        )
        try:
            claims = (await self._decode(token)).claims
            claims_of.validate(claims)
        except (JoseError, ValueError) as error:
            _log.warning("an identity token was refused", error=type(error).__name__)
            raise Unauthenticated(_REFUSED) from error
        if claims.get("azp", self._client_id) != self._client_id:
            raise Unauthenticated(_REFUSED)
        return claims

    async def _decode(self, token: str) -> jwt.Token:
        """Check the signature; when no key fits, read the keys again: providers change them without a word."""
        read_at = self._keys_read_at
        try:
            return jwt.decode(token, await self._read_keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - read_at < KEYS_AT_MOST_EVERY_SECONDS:
                raise
            self._keys = None
            return jwt.decode(token, await self._read_keys(), algorithms=ALGORITHMS)

    async def _read_metadata(self) -> dict[str, Any]:
        async with self._reading:
            if time.monotonic() < self._metadata_until:
                return self._metadata
            found = await _get(f"{self.issuer}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            # The setting lost its last slash; some providers have one in their name, and in their tokens.
            if str(found.get("issuer", "")).rstrip("/") != self.issuer or not all(found.get(name) for name in needed):
                raise Unavailable("The sign-in provider describes itself as another than VAYRO_OIDC_ISSUER names.")
            self._metadata, self._metadata_until = found, time.monotonic() + METADATA_SECONDS
            return found

    async def _read_keys(self) -> KeySet:
        metadata = await self._read_metadata()
        async with self._reading:
            if self._keys is None:
                self._keys = KeySet.import_key_set(await _get(metadata["jwks_uri"]))  # type: ignore[arg-type]
                self._keys_read_at = time.monotonic()
            return self._keys


_REFUSED = "The sign-in provider's answer could not be accepted: begin again."


def _identify(claims: Mapping[str, Any], issuer: str) -> Identity:
    is_verified = claims.get("email_verified") is True
    email = str(claims.get("email", "")) if is_verified else ""
    return Identity(issuer, str(claims["sub"])[:255], email)


async def _get(url: str) -> dict[str, Any]:
    """Return the JSON object at an address of the provider. Raises Unavailable."""
    try:
        async with httpx.AsyncClient(timeout=HTTP_SECONDS) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("The sign-in provider does not answer.") from error
    if not isinstance(found, dict):
        raise Unavailable("The sign-in provider does not answer as one.")
    return found
