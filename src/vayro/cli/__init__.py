"""The `vayro` command: one file per command group. Data goes to stdout, everything else to stderr.

Nothing heavy is imported at the top of these files, so that `vayro --help` answers in a fifth of a second.
"""
