"""The terminal's face of DDM. It asks the manager and the store, and draws frozen views.

It decides nothing about downloads. `door` is where errors become sentences and exit statuses,
`group` the table of commands; `get`, `add`, `run`, `status`, `pause`, `resume`, `remove`, `import_har`,
`bench`, `checksum`, `log_command`, `config_command` and `completion` are one command each. `asked` is
what `get` and `add` have in common, `chosen` and `steer` what the three that steer have, `again` finds
the jobs of last time. `session` drives the manager, `follow` waits for another
one, `opened` is the queue without one, `signals` turns Ctrl-C into a stop and Ctrl-Z into a rest.
`face`, `plain` and `screen` (with `frame`) show what goes on, `voice` is the two streams, `human`
numbers for people, `terminal` what can be shown at all. `tally` counts, `outcome` is what became of a job,
`places` where the state's files are, `present` whether a file is still there.

What `get` and `add` are asked for comes together in `prepare`: from the command line (`asked`,
`asked_request`), lists and curl commands (`asked_sources`) and lists of digests (`asked_sums`). `dry_run` only
tells what would be. `narrator` tells more (-v), `hooks` runs the user's commands, `receipt` writes down what
was fetched. `to_stdout` is `ddm get -o -`.

`status` prints a table; `watch` and its `watch_*` are the live screen: what is seen (`watch_source`), one row
of it (`watch_rows`, `watch_map`), the screen, its keys, its JSON. `bench_report` is what `bench` tells, `line`
one line that comes and goes, `log_lines` the log read back. `completed` is what a TAB offers,
`completion_shells` how the shells ask for it. `described` is every command in its own words: `reference` makes
docs/cli.md of that, `manual` the man pages; `exit_codes` makes its page as well. `sections` puts headings into a
help text, `flags` are the limits of one run.
"""
