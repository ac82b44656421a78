"""What is made from the commands themselves: the reference, the man pages, the scripts for shells."""
