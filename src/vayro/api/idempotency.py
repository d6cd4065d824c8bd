"""The header of requests that may come twice and make one thing."""

from typing import Annotated

from fastapi import Header

from vayro.links.idempotency import HEADER, MAX_KEY_CHARACTERS

OnceKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="Repeat a request with the same key within two days, and it makes one.",
        json_schema_extra={"pattern": f"^[ -~]{{1,{MAX_KEY_CHARACTERS}}}$"},
    ),
]
