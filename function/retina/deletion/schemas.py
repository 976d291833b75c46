"""Response models for deletions."""

from pydantic import BaseModel, Field


class Remainder(BaseModel):
    """Something that the deletion does not remove."""

    what: str = Field(
        description="a sentence that says what remains, and for how long",
        examples=["For 365 days the audit log still records that it existed and was deleted, by random ids only."],
    )
    days: int | None = Field(description="for how long at most; null: for good", examples=[365])


class DeletionReceipt(BaseModel):
    """How much was deleted, by kind, and what remains for a while."""

    predictions: int = Field(0, description="saved predictions")
    corrections: int = Field(0, description="corrections of saved predictions, deleted without these")
    batches: int = 0
    pictures: int = Field(0, description="photographs of the history and pictures of results")
    uploads: int = Field(0, description="photographs of batches, as they were sent")
    answers: int = Field(0, description="stored responses to repeated requests")
    exports: int = Field(0, description="exports that contained what was deleted")
    exports_made_anew: int = Field(0, description="exports in progress that start again without it")
    keys: int = Field(0, description="API keys")
    remains: list[Remainder]
