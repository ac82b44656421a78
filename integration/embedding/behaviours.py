"""What DDM does in whatever loop it is: each of these coroutines says so by its name."""

from __future__ import annotations

from integration.embedding import fetching, leaving, steering, waiting

IN_EVERY_LOOP = (*fetching.ALL, *steering.ALL, *leaving.ALL)
WITH_COROUTINES = waiting.ALL
