"""`vayro backup` and `vayro restore`: all that one machine keeps, in one file.

archive.py    the file: a compressed tar whose manifest has a checksum of each thing in it
contents.py   what is in it, and where it belongs
commands.py   the two commands
"""

from vayro.cli.backup.commands import register

__all__ = ["register"]
