"""What a site says, apart from how it looks: the shape that every generator fills and every design lays out."""

from typing import Annotated, Protocol

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vayro.links.draft import Text

Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Sentence = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Paragraphs = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Offer(BaseModel):
    """One thing that the business does."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    text: Sentence


class Question(BaseModel):
    """A question that customers ask, and its answer."""

    model_config = ConfigDict(extra="forbid")

    question: Line
    answer: Sentence


class SiteContent(BaseModel):
    """The words of a site: plain text everywhere, no markup."""

    model_config = ConfigDict(extra="forbid")

    headline: Line
    tagline: Sentence
    about: Paragraphs = Field(description="One to three paragraphs, an empty line between them.")
    offers: Annotated[list[Offer], Field(min_length=1, max_length=8)]
    highlights: Annotated[list[Line], Field(max_length=6)] = Field(default_factory=list)
    questions: Annotated[list[Question], Field(max_length=8)] = Field(default_factory=list)
    call_to_action: Annotated[Line, StringConstraints(max_length=40)]
    description: Sentence = Field(description="For search engines and previews of the address.")


class Facts(msgspec.Struct, frozen=True):
    """What is known of a business when its site is written. Everything in it was typed by somebody: trust none."""

    name: str
    category: str | None
    phone: str | None
    email: str | None
    address: str | None
    country: str | None
    locale: str
    brief: str | None


class Copy(msgspec.Struct, frozen=True):
    """What a generator wrote. `note` says to people why it is not what they asked for, if it is not."""

    content: SiteContent
    cost_micros: int = 0
    note: str | None = None


class Copywriter(Protocol):
    """A generator of content."""

    async def write(self, facts: Facts, key: str) -> Copy:
        """Return the words of a site.

        Args: facts, what is known; key, the same for each try of one generation, by which a paid service knows it.
        """


class SiteRefused(Exception):  # a verdict about a page, not a fault of the program
    """The page may not be served; the message says why."""
