"""Which passwords are refused beside too short ones: common ones, and words that anybody would try here.

There are no rules of composition (NIST SP 800-63B, 3.1.1.2): they make people choose `Password1!`.
"""

from functools import cache

from vayro.errors import ValidationFailed

# Tried first by who attacks this product. In docs/security.md, too.
CONTEXT_WORDS = ("vayro", "shortlink", "short-link", "urlshortener", "dashboard", "administrator")


def check_password(password: str, email: str, field: str = "password") -> None:
    """Raise ValidationFailed for a password that would be guessed. Its length is checked where it is hashed."""
    lowered = password.strip().lower()
    core = lowered.strip("0123456789!?.,-_*#@$%&+ ")
    names = {email, email.partition("@")[0], *email.partition("@")[2].split("."), *CONTEXT_WORDS}
    if lowered in _common_passwords():
        raise ValidationFailed("This password is one of the most common ones: choose another.", field=field)
    if lowered in names or (core in names and len(core) > 2):
        raise ValidationFailed(
            "This password can be guessed from the address or from what this service is called: choose another.",
            field=field,
        )


@cache
def _common_passwords() -> frozenset[str]:
    """Return the 11,611 commonest of 8 and more characters, of a list of 30,000. Takes 0.1 s and 14 MB at first use."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  # few processes ever set a password

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 8)
