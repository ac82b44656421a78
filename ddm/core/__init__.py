"""What DDM decides: events and a time in, commands out. No I/O, no clock, no curl: it can be run on paper.

`events` and `commands` are the whole vocabulary; `engine` is the one door; `job` and `segment` are
the tables; `plan`, `budget`, `hostpolicy`, `retry`, `bandwidth` and `checkpoint` decide one thing
each; `view` and `journal` tell what is going on.
"""
