"""Resolvers: what is no URL yet, but becomes one with the fields to ask for it. All of it is hostile input.

`har` reads the requests out of a HAR file, by way of `json_stream`, in little memory; `har_pick`
follows their redirects and chooses. `curl_command` reads what a browser calls "Copy as cURL", which `shell_words`
and `cmd_words` take apart; `curl_options` is its vocabulary. `browser_headers` says
which of a browser's fields DDM repeats. `urllist` reads lists of URLs, whose options are `urllist_options`;
`sums` reads lists of digests.
"""
