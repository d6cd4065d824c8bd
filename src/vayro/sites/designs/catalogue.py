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
        ("plumbing", "electrical", "car", "cleaning", "building", "gardening", "moving"),
    ),
}
FALLBACK = "trade"


def choose_design(category: str | None) -> str:
    """Return the name of the design that was drawn for this category, or the general one."""
    trade = find_trade(category)
    return next((name for name, design in DESIGNS.items() if trade in design.categories), FALLBACK)
