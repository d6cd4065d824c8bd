import pytest

from vayro.accounts.password_rules import check_password
from vayro.errors import ValidationFailed

EMAIL = "ada.lovelace@engines.example"


@pytest.mark.parametrize(
    "password",
    [
        "password", "PASSWORD", "12345678", "qwertyuiop", "iloveyou", "password1", "football", "sunshine", "trustno1",
        "ada.lovelace@engines.example", "ada.lovelace", "Ada.Lovelace1!", "engines2026", "vayro123", "Vayro2026!!",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_password(password, EMAIL, "new_password")
    assert refused.value.field == "new_password"


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "aaaaaaab c", "        x", "ünïcödé wörds", "zqtmvbkw", "99418253", "😀😀😀😀😀😀😀😀"],
)
def test_any_composition_is_accepted(password: str) -> None:
    check_password(password, EMAIL)


def test_the_list_holds_the_top_3000_and_more() -> None:
    from vayro.accounts.password_rules import _common_passwords

    assert len(_common_passwords()) > 3_000
