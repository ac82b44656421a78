"""What people see: words, lines, the live picture; and what became of the jobs."""
