"""PROCESS 3: enriches clicks, writes them once, and keeps house in the database."""
