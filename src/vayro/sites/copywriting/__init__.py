"""The writers of sites: the offline one with its texts, and the one that asks a model."""
