"""A parent with children that do what a test wants: `python -m tests.supervisor.family SCRIPT…`, one child a script.

A script that begins with LAST is one of a child that ends last.
"""

import sys

if __name__ == "__main__":
    from vayro.supervisor.child import ChildSpec
    from vayro.supervisor.process_group import ProcessGroup

    def report(line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    group = ProcessGroup(report)
    for number, given in enumerate(sys.argv[2:]):
        script = given.removeprefix("LAST ")
        code = (
            f"import os, pathlib, signal, sys, time\n"
            f"from vayro.supervisor.lifeline import die_with_parent\n"
            f"die_with_parent(os.getppid())\n"
            f"started = pathlib.Path({sys.argv[1]!r}) / f'{number}-{{os.getpid()}}'\n"
            f"{script}\n"
        )
        arguments = (sys.executable, "-c", code)
        group.add(ChildSpec(name=f"child {number}", arguments=arguments, ends_last=script != given))
    sys.exit(group.run())
