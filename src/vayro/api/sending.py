"""What follows sending, on the API's side: receipts, opt-outs and reports."""

from dataclasses import dataclass

from vayro.campaigns.opt_outs import OptOuts
from vayro.campaigns.receipts import Receipts
from vayro.campaigns.report import Reports
from vayro.database.engine import Database
from vayro.observability import Metrics
from vayro.settings import Settings


@dataclass(frozen=True)
class Sending:
    """The services of the routes about it."""

    receipts: Receipts
    opt_outs: OptOuts
    reports: Reports


def build_sending(settings: Settings, database: Database, metrics: Metrics) -> Sending:
    """Return them; nothing is connected."""
    return Sending(Receipts(settings, database, metrics), OptOuts(database), Reports(database, settings.currency))
