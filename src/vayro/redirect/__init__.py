"""PROCESS 1: the Redirect Engine. Answers short links and records the clicks."""
