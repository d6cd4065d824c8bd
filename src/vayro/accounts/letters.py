"""What the mails of accounts say. Links carry their token behind `#`: it is in no log of a server and no Referer."""

from vayro.accounts.mail import Mail

SIGNATURE = "\n\n-- \nVayro at {base}\n"


def verify_email(base: str, to: str, token: str) -> Mail:
    """Return the mail that makes an account once its link is followed."""
    text = (
        "Somebody, probably you, asked for an account with this address.\n\n"
        f"To make it, follow this link within 24 hours:\n\n{base}/verify-email#{token}\n\n"
        "If it was not you, do nothing: without the link there is no account."
    )
    return Mail(to, "Confirm your address", text + SIGNATURE.format(base=base))


def already_there(base: str, to: str) -> Mail:
    """Return the mail to who asks for an account and has one."""
    text = (
        "Somebody, probably you, asked for an account with this address. There is one already.\n\n"
        f"Sign in at {base}/ or, if you forgot your password, ask there for a new one.\n\n"
        "If it was not you, do nothing."
    )
    return Mail(to, "You have an account already", text + SIGNATURE.format(base=base))


def reset_password(base: str, to: str, token: str) -> Mail:
    """Return the mail that lets its reader choose a new password."""
    text = (
        "Somebody, probably you, asked for a new password.\n\n"
        f"To choose one, follow this link within an hour:\n\n{base}/reset-password#{token}\n\n"
        "If it was not you, do nothing: your password stays as it is."
    )
    return Mail(to, "Choose a new password", text + SIGNATURE.format(base=base))


def security_changed(base: str, to: str, what: str) -> Mail:
    """Return the mail that tells of a change of how somebody signs in."""
    text = f"{what}\n\nIf it was not you, choose a new password at {base}/ now, and end all sessions there."
    return Mail(to, "How you sign in was changed", text + SIGNATURE.format(base=base))
