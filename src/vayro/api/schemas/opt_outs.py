"""What the API takes and gives about numbers that want no messages."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vayro.links.draft import check_text


class OptOutCreate(BaseModel):
    """A number to write to no more."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[str, AfterValidator(check_text)] = Field(
        min_length=1, max_length=50, description="With its country, like +49 30 901820.", examples=["+4930901820"]
    )


class OptOut(BaseModel):
    """A number that wants no messages."""

    phone: str = Field(description="E.164.", examples=["+4930901820"])
    source: Literal["keyword", "manual", "provider"] = Field(
        description="`manual`: noted here, for this workspace. `keyword`: they answered STOP or its kin. `provider`: "
        "the provider says so. Both hold for everybody who sends from here, and only they can take it back."
    )
    keyword: str | None = Field(description="The word that they answered.", examples=["STOP"])
    created_at: dt.datetime


class OptOutPage(BaseModel):
    """One page of numbers."""

    data: list[OptOut]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")
