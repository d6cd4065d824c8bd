"""`make stage`: the stage for a person, who harms it by commands like `kill engine-1` and `slow postgres 200ms`."""

import argparse
import contextlib
import re
import signal
import sys
import time
from collections.abc import Callable

from tests.chaos.stage import API_KEY, Stage

HELP = """\
kill NAME            SIGKILL to it and its children      start NAME     bring it back
pause NAME           SIGSTOP: it accepts, never answers  resume NAME
restart NAME         SIGTERM, wait, start                stop NAME
slow LINKS 200ms     +200 ms a round trip                blackhole LINKS
reset LINKS          reset what is open, once            refuse LINKS   reset whoever comes, until healed
halfopen LINKS       its far end is gone, unnoticed      dropreply LINKS [N]
heal [LINKS]         end faults of the network           recover        end all faults, start what is down
add KIND             one more engine, api or worker      promote        make the replica the primary
link URL             make a link                         log NAME       the end of its log
status               all parts and links                 help, quit
LINKS: a part's name (all links that touch it), or one link like engine-1>redis, or a pattern like engine-*>redis"""


class Console:
    """Carries out lines of commands."""

    def __init__(self, stage: Stage) -> None:
        """Args: stage, which runs."""
        self.stage = stage
        proxy = stage.proxy
        self.commands: dict[str, Callable[..., object]] = {
            **{
                name: getattr(stage, name)
                for name in ("kill", "start", "stop", "pause", "resume", "restart", "recover")
            },
            **{name: getattr(proxy, name) for name in ("reset", "refuse", "heal")},
            "slow": lambda links, time: proxy.slow(links, seconds=parse_seconds(time)),
            "blackhole": proxy.black_hole,
            "halfopen": proxy.half_open,
            "dropreply": lambda links, count="1": proxy.drop_replies(links, count=int(count)),
            "add": self._add,
            "promote": self._promote,
            "link": lambda url: stage.create_link(url)["short_url"],
            "log": lambda name: stage[name].log()[-3000:],
            "status": self.status,
            "help": lambda: HELP,
        }

    def obey(self, line: str) -> str:
        """Carry out one command; return what to show. What goes wrong is shown, too."""
        words = line.split()
        if not words:
            return ""
        if words[0] not in self.commands:
            return f"no such command: {words[0]} (try help)"
        started = time.monotonic()
        try:
            answer = self.commands[words[0]](*words[1:])
        except (KeyError, ValueError, TypeError, RuntimeError, OSError) as error:
            return str(error.args[0] if error.args else error)
        shown = answer if isinstance(answer, str) else "done" if answer is None else f"{answer} connections"
        return shown if words[0] in {"help", "status", "log"} else f"{shown} ({time.monotonic() - started:.1f} s)"

    def status(self) -> str:
        """Tables of the parts and of the links."""
        parts = [f"  {name:<10} {state:<8} {address}" for name, address, state in self.stage.table()]
        links = [
            f"  {name:<20} {link['open']:>3} open {link['bytes_sent']:>9} B sent {link['bytes_received']:>9} B received"
            for name, link in self.stage.proxy.status().items()
        ]
        return "\n".join([*parts, "", *links])

    def _add(self, kind: str) -> str:
        name = self.stage.add(kind)
        if self.stage.balancer:
            self.stage.balance()
        return name

    def _promote(self) -> str:
        self.stage.fail_over()
        return "the replica is the primary now"


def parse_seconds(text: str) -> float:
    """`200ms`, `1.5s` or `2` in seconds. ValueError."""
    found = re.fullmatch(r"([\d.]+)(ms|s|)", text)
    if not found:
        raise ValueError(f"{text!r} is no time: try 200ms or 1.5s")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def main(arguments: list[str]) -> int:
    """Raise the stage, obey stdin, and end all of it on `quit`, end of input, Ctrl-C or SIGTERM."""
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()

    def say(line: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:5.1f} s  {line}\n")

    stage = Stage(
        engines=options.engines, apis=options.apis, workers=options.workers, replica=not options.no_replica,
        pgbouncer=not options.no_pgbouncer, cluster=options.cluster, nginx=not options.no_nginx, say=say,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt), stage:
        say("ready")
        _converse(Console(stage))
    say("everything is stopped")
    return 0


def _converse(console: Console) -> None:
    print(f"{console.status()}\n\nredirects  {console.stage.redirect_url}\nAPI        {console.stage.api_url}")
    print(f"key        {API_KEY}\n\nType `help` for the commands. Ctrl-C ends everything.")
    while True:
        print("stage> " if sys.stdin.isatty() else "", end="", flush=True)
        line = sys.stdin.readline()
        if not line or line.strip() in {"quit", "exit"}:
            return
        print(console.obey(line), flush=True)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make stage", description=__doc__)
    for name, default in (("engines", 2), ("apis", 2), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    for name in ("cluster", "no-replica", "no-pgbouncer", "no-nginx"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
