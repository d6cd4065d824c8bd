"""A parent with children that do what a test wants: `python -m tests.supervisor.family SCRIPT…`, one child a script."""

import sys

if __name__ == "__main__":
    from vayro.supervisor.child import ChildSpec
    from vayro.supervisor.process_group import ProcessGroup

    def report(line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    group = ProcessGroup(report)
    for number, script in enumerate(sys.argv[2:]):
        code = (
            f"import os, pathlib, signal, sys, time\n"
            f"from vayro.supervisor.lifeline import die_with_parent\n"
            f"die_with_parent(os.getppid())\n"
            f"started = pathlib.Path({sys.argv[1]!r}) / f'{number}-{{os.getpid()}}'\n"
            f"{script}\n"
        )
        group.add(ChildSpec(name=f"child {number}", arguments=(sys.executable, "-c", code)))
    sys.exit(group.run())
