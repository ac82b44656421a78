"""What the RFCs say: pure functions and frozen values. No I/O, no clock.

`url` names things, `fields` and `digests` read and write header fields, `head` is a response's
first part, `representation` what the server says the file is, `request` the fields of one hop,
`response` the only door for bytes (`judge`), `disposition` a safe name.
"""
