"""What the API takes and gives about billing."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Checkout(BaseModel):
    """What is to be paid for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    plan: Literal["pro", "enterprise"]


class BillingPage(BaseModel):
    """A page of Stripe to be sent to; it is good for a short while."""

    url: str = Field(examples=["https://checkout.stripe.com/c/pay/cs_test_a1"])
