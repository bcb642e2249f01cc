"""The thread before a draft: reading it from files."""

from __future__ import annotations

from highnote.situation import Situation, situation

__all__ = ["Situation", "situation"]
