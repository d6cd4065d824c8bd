"""FEATURE: clicks, from the event that the engine records to the numbers that people read."""
