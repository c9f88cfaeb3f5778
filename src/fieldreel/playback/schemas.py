"""Wire models of playback."""

from datetime import datetime

from pydantic import BaseModel, Field


class PlaybackOut(BaseModel):
    """What a player needs. The token stands in place of the video's id in every address; it is a credential."""

    token: str
    expires_at: datetime
    renew_at: datetime = Field(description="Ask again from here on and change the token in the addresses in place")
    hls_url: str
    poster_url: str
    duration_seconds: float | None
