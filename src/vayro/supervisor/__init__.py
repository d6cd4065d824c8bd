"""The parent of all processes: starts, watches, restarts and stops them, and serves their metrics.

entry.py          what a child runs: `python -m vayro.supervisor.entry KIND`
process_group.py  keeps a set of children running, until told to stop
services.py       which children, sockets and metrics each service consists of
commands.py       `vayro up`, `vayro redirect`, `vayro api`, `vayro worker`

A parent imports none of what its children run: it stays small, and nothing in it can hang.
"""
