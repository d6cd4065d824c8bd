"""Feature: businesses, the sites that are made for them, and the one link that each site has."""
