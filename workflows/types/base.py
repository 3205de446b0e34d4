"""What every message of the plant is made of."""

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """A frozen value that crosses a process or is kept; unknown fields are ignored so that old workers read new messages."""

    model_config = ConfigDict(frozen=True)
