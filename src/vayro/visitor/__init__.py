"""ADAPTER: what is known of a visitor: address, place, device."""
