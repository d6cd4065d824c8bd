"""The designs that there are, and which one fits a business."""

import msgspec

from vayro.sites.copywriting.trades import find_trade


class Design(msgspec.Struct, frozen=True):
    """One design: what people choose by, and the trades it was drawn for."""

    title: str
    description: str
    categories: tuple[str, ...]


DESIGNS: dict[str, Design] = {
    "trade": Design(
        "Trade",
        "Bold and direct, with the telephone first: for who is called when something is broken.",
        ("plumbing", "electrical", "car", "cleaning", "moving"),
    ),
    "table": Design(
        "Table",
        "Warm and unhurried, set like a menu: for places where people eat, drink and sleep.",
        ("restaurant", "cafe", "lodging"),
    ),
    "clinic": Design(
        "Clinic",
        "Calm, light and clear: for practices that people come to with a worry.",
        ("dental", "medical", "veterinary"),
    ),
    "counsel": Design(
        "Counsel",
        "Restrained, in serifs and thin lines: for those whose advice is trusted.",
        ("law", "accounting"),
    ),
    "studio": Design(
        "Studio",
        "Large type, one strong colour and much room: for beauty, hair and movement.",
        ("hair", "beauty", "fitness"),
    ),
    "plan": Design(
        "Plan",
        "Drawn with a ruler: for who builds houses, plans gardens and sells homes.",
        ("building", "estate", "gardening"),
    ),
    "market": Design(
        "Market",
        "Colourful and open, under an awning: for shops, and for everything else around the corner.",
        ("shop", "general"),
    ),
}
FALLBACK = "market"


def choose_design(category: str | None) -> str:
    """Return the name of the design that was drawn for this category, or the general one."""
    trade = find_trade(category)
    return next((name for name, design in DESIGNS.items() if trade in design.categories), FALLBACK)
