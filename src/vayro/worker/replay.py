"""Dead letters are given another chance: through the worker's own steps and the worker's own transaction."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from vayro.clicks.click import Click
from vayro.clicks.letters import Letter
from vayro.clicks.repository import ClickRepository, DeadLetter
from vayro.database.engine import Database
from vayro.stream.port import Delivery
from vayro.worker.consumer import BAD_ROW
from vayro.worker.preparation import Preparer

WRITTEN, KNOWN, GONE, REFUSED, EMPTY = "written", "already a click", "already settled", "refused", "without content"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a letter. `reason`: why it is still one."""

    id: UUID
    outcome: str
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.outcome in {WRITTEN, KNOWN, GONE}


class LetterReplay:
    """Replays dead letters, each in a transaction of its own. To repeat it, at once or later, changes nothing."""

    def __init__(self, database: Database, preparer: Preparer) -> None:
        """Args: preparer, the worker's."""
        self._preparer = preparer
        self._repository = ClickRepository(database)

    async def replay(self, letters: Sequence[Letter], *, dry_run: bool = False) -> AsyncIterator[Replayed]:
        """Make clicks of these letters; yield what became of each. A dry run does all of it and takes it back."""
        for letter in letters:
            yield await self._replay(letter, dry_run=dry_run)

    async def _replay(self, letter: Letter, *, dry_run: bool) -> Replayed:
        if not letter.entry:
            return Replayed(letter.id, EMPTY, letter.reason)
        [outcome] = await self._preparer.prepare(Delivery([letter.entry], [None], [1]))
        if isinstance(outcome, Click):
            return await self._write(letter, outcome, dry_run=dry_run)
        reason = outcome.reason if isinstance(outcome, DeadLetter) else "enrichment failed"
        return Replayed(letter.id, REFUSED, reason)

    async def _write(self, letter: Letter, click: Click, *, dry_run: bool) -> Replayed:
        try:
            made = await self._repository.replace_letter(letter.id, click, dry_run=dry_run)
        except BAD_ROW as error:
            return Replayed(letter.id, REFUSED, f"refused: {type(error).__name__}")
        if made is None:
            return Replayed(letter.id, GONE)
        return Replayed(letter.id, WRITTEN if made else KNOWN)
