"""What others know of a destination: Google Web Risk, by its Lookup API."""

from urllib.parse import urlencode

import orjson

from vayro.egress.client import EgressClient
from vayro.egress.refusals import NotFetched

THREATS = ("MALWARE", "SOCIAL_ENGINEERING", "UNWANTED_SOFTWARE")
MAX_BYTES = 65_536


class WebRisk:
    """Asks Web Risk. It hears every destination that is checked: tell people so."""

    def __init__(self, egress: EgressClient, base_url: str, key: str) -> None:
        """Args: base_url, where it answers; key, which travels in a header, so that no log of addresses holds it."""
        self._egress = egress
        self._address = f"{base_url}/v1/uris:search"
        self._key = key

    async def find_threats(self, url: str) -> list[str]:
        """Return the kinds of threat that it knows this URL for, like MALWARE. Raises NotFetched."""
        query = urlencode({"threatTypes": THREATS, "uri": url}, doseq=True)
        answer = await self._egress.fetch(
            f"{self._address}?{query}", headers={"X-Goog-Api-Key": self._key}, max_bytes=MAX_BYTES, follow=False
        )
        if answer.status != 200:
            raise NotFetched(f"Web Risk answers with the status {answer.status}.")
        try:
            threat = orjson.loads(answer.body).get("threat") or {}
            return [str(kind) for kind in threat.get("threatTypes", [])]
        except (ValueError, AttributeError, TypeError):
            raise NotFetched("Web Risk answers with what is no JSON object.") from None
