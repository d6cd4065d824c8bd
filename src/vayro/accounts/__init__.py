"""FEATURE: users, their workspaces and their API keys."""
