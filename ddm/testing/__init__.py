"""The simulated world: the real engine, performer and store, a virtual clock, a scripted origin, a faulty disk.

One seed draws everything (a `scenario`), so one number repeats a run: `python -m ddm.testing SEED`.
The world (`world`) turns the house as a reactor would: the clock jumps to the next deadline, the
network brings what is due, the performer pumps; then the watcher (`watcher`) looks at everything
from outside and raises `Violation`, with the story, if a promise is broken.

What a process finds when it begins, and what a kill or a power cut leaves, is in `machine`: `disk` (with
`names`, `part`), the store (`memory`, `store`), `marks`, the servers. `plug` ends a process within a turn,
`faults` lets calls of disk and store fail, `users` are other processes that add jobs and steer them.

`many` is another world over the same network: `crowd` draws 200 jobs on 20 origins of different temper (`manners`),
`shallow` is a disk that only counts, and `connections`, `fairness` and `refusals` see who gets how many, and when.
`python -m ddm.testing --many SEED` repeats one.

`clock`, `network` (with `transfer`; behind it `origin`, `served`, `reply`, `body`), `disk` and `store` fit the
shapes of `ddm.ports`. What can go wrong with a request is in `trouble`; what is drawn in `dealer` and `steering`;
what is watched in `watcher` (with `contents`, `hedges`), `traffic`, `removals`, `verdict`. Nothing here does I/O,
sleeps, or imports pycurl.
"""
