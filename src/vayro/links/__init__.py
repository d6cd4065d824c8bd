"""FEATURE: links, from the short code to the snapshot that the engine redirects by."""
