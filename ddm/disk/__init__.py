"""Files: where bytes are set down, and how a whole file gets its name.

Decides nothing. Everything happens below a directory's descriptor, never through a symbolic link
and never over another file. `pipe` is a disk that keeps nothing: what is written to its `pipepart` leaves, in order,
through an `outlet`.
"""
