"""What the houses of a rehearsal share."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ddm.testing.cast import Cast
from ddm.testing.clock import VirtualClock
from ddm.testing.cues import Cues
from ddm.testing.story import Story


@dataclass(frozen=True, slots=True)
class Scene:
    """The servers, the time, what is to happen at a moment, what did happen, and what engines draw from."""

    cast: Cast
    clock: VirtualClock
    cues: Cues
    story: Story
    chance: random.Random

    @classmethod
    def of(cls, seed: int) -> Scene:
        """A new one, in which everything that is drawn follows from the seed."""
        return cls(
            Cast(random.Random(f"servers {seed}")),  # noqa: S311 - a scripted world, no secrets
            VirtualClock(),
            Cues(),
            Story(f"rehearsal {seed}"),
            random.Random(f"engine {seed}"),  # noqa: S311 - as above
        )
