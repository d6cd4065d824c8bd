"""Reading what people type to name a thing."""

from uuid import UUID


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID that the text is, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
