"""`ddm status --watch`: what is there (`source`, `rows`), what is drawn of it (`model`, `screen`), and who looks."""
