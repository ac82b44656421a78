"""What DDM does in whatever loop it is: each of these coroutines says so by its name."""

from __future__ import annotations

from integration.embedding import fetching, hearing, leaving, steering, waiting

IN_EVERY_LOOP = (*fetching.ALL, *steering.ALL, *hearing.ALL, *leaving.ALL)
WITH_COROUTINES = (*waiting.ALL, *hearing.WITH_COROUTINES)
