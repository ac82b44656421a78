"""The simulated world: the real engine, performer and store, a virtual clock, a scripted origin, a faulty disk.

One seed draws everything (`scenario`), so one number repeats a run: `python -m ddm.testing SEED`.
The world (`world`) turns the house as a reactor would: the clock jumps to the next deadline, the
network brings what is due, the performer pumps; then the watcher (`watcher`) looks at everything
from outside and raises `Violation`, with the story, if a promise is broken.

`clock`, `network` (with `transfer`; behind it `origin`, `served`, `reply`, `body`), `disk` (with
`part`, `faults`) and `store` fit the shapes of `ddm.ports`. What can go wrong with a request is in
`trouble`. Nothing here does I/O, sleeps, or imports pycurl.
"""
