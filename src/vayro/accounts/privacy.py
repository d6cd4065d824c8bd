"""What people may ask for by law: a copy of what is kept of them, and its end."""

from dataclasses import dataclass

from vayro.accounts.data_export import DataExport
from vayro.accounts.deletion import AccountErasure


@dataclass(frozen=True, slots=True)
class Privacy:
    """What the routes of /v1/account use."""

    export: DataExport
    erasure: AccountErasure
