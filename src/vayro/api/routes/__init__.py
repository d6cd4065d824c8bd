"""Routes, one file a feature: they parse, call a service and answer."""
