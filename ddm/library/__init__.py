"""What programs import: the manager of a queue, its jobs as things to wait for, and what happens to them.

`manager` is the door. What it is asked between turns is written in the next one (`desk`), so that nobody waits for the
database; what somebody waits for is a `Pending`, whatever loop there is (`waiting`). What happens is
pushed into a `stream` of `happenings` that has a bound (`teller`); progress is pulled, so often as its `pace` says.
"""
