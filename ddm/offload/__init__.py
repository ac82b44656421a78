"""Child processes for what would hold the turn: syncs, digests, the freeing of big files, look-ups, checkpoints."""
