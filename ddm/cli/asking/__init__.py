"""What commands are asked for: options, lists, digests, numbers of jobs; and what a TAB offers of it."""
