from collections.abc import Callable

from vayro.redirect.fastlane import FastLaneConnection
from vayro.redirect.lane import FastLane

def match_head(data: bytes, /) -> tuple[bool, bytes, bytes, bytes, int] | None: ...

class Receiver:
    def __init__(
        self,
        connection: FastLaneConnection,
        lane: FastLane,
        write: Callable[[bytes], object],
        ip: bytes,
        flags: bytes,
        head_flags: bytes,
        otherwise: Callable[[bytes], None],
    ) -> None: ...
    def receive(self, data: bytes, /) -> None: ...
