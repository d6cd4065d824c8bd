"""ADAPTER: the one way by which addresses that people gave us are asked for anything."""
