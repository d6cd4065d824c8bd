"""Feature: campaigns over SMS, in which each message carries the one link of its site."""
