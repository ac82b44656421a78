"""The terminal's face of DDM. It asks the manager and the store, and draws frozen views.

It decides nothing about downloads. `door` is where errors become sentences and exit statuses, `group`
the table of commands, `sections` puts headings into a help text, `places` is where the state's files are.

    commands/  one file a command
    asking/    what they are asked for: options (`asked`), lists, limits (`flags`), numbers of jobs (`chosen`);
               `completed` is what a TAB offers of it
    working/   what they do: `session` drives the manager, `follow` waits for another one, `steer` steers it,
               `prepare` makes jobs of what was asked, `again` finds those of last time, `opened` is the queue
               without a manager, `signals` turns Ctrl-C into a stop, `hooks` runs the user's commands,
               `receipt` writes down what was fetched
    showing/   what people see: `face`, `plain` and `screen`, `voice` is the two streams, `human` numbers for
               people, `tally` counts, `outcome` is what became of a job, `narrator` tells more (-v)
    watch/     the live screen of `ddm status --watch`
    pages/     what is made from the commands themselves: docs/cli.md, the man pages, scripts for shells
"""
