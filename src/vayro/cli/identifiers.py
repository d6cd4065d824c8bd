"""Reading what people type to name a thing."""

from uuid import UUID


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID that the text is, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def get_uuid(text: str, what: str) -> UUID:
    """Return the UUID that the text is. Raises ValidationFailed, which says what it should name."""
    if (found := parse_uuid(text)) is None:
        from vayro.errors import ValidationFailed

        raise ValidationFailed(f"{text[:60]!a} is not the id of a {what}.")
    return found
