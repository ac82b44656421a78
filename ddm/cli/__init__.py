"""The terminal's face of DDM. It asks the manager and the store, and draws frozen views.

It decides nothing about downloads. `door` is where errors become sentences and exit statuses,
`group` the table of commands; `get`, `add`, `run` and `status` are one command each, `asked` is what
`get` and `add` have in common. `session` drives the manager, `follow` waits for another one,
`signals` turns Ctrl-C into a stop. `face`, `plain` and `screen` (with `frame`) show what goes on,
`voice` is the two streams, `human` numbers for people. `tally` counts, `outcome` is what became of a
job, `places` where the state's files are.
"""
