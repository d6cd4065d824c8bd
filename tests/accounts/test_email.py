import pytest

from vayro.accounts.email import normalise_email
from vayro.errors import ValidationFailed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("admin@localhost", "admin@localhost"),
        ("o'brien+tag@mail.example.co.uk", "o'brien+tag@mail.example.co.uk"),
        ("u\u0308@bu\u0308cher.de", "ü@bücher.de"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalise_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b..c", "a@-b", "a@b-", "a\n@b", "a\0@b", "\ud800@b",
     "x" * 65 + "@b", "a@" + "b." * 200 + "c", "a@b,c@d", "<a@b>", "a\u202e@b.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        normalise_email(typed)
    assert refused.value.field == "email"
    assert refused.value.detail.isascii()
