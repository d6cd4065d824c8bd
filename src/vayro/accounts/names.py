"""Names that people give to what they make."""

from vayro.errors import ValidationFailed

NAME_MAX = 200


def check_name(name: str, what: str) -> str:
    """Return the name without space around it. Raises ValidationFailed unless it is 1 to 200 printable characters."""
    if not 1 <= len(name.strip()) <= NAME_MAX or not name.isprintable():
        raise ValidationFailed(f"A {what}'s name is 1 to {NAME_MAX} printable characters.", field="name")
    return name.strip()
