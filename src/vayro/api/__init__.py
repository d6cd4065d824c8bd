"""PROCESS 2: the Dashboard API."""
