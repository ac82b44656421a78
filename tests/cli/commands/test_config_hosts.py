"""`ddm config` and the tables of origins."""

import json

from ddm.config_file import template

KEY = "hosts.https://a.test.max_connections"  # as a shell passes it on


def test_an_origin_is_set_shown_and_unset(ddm, path):
    assert ddm("config", "set", KEY, "64").code == 0
    text = path.read_text()
    assert text == template() + '\n[hosts."https://a.test"]\nmax_connections = 64\n'

    line = text.count("\n")
    assert ddm("config", "show").out.endswith(
        f'\nhosts."https://a.test".max_connections = 64  ({path}, line {line})\n'
        "    Connections to this origin, over all jobs, in place of max_connections_per_host; "
        "1 to 512 connections.\n"
    )
    listed = json.loads(ddm("config", "show", "--json").out)["settings"][-1]
    assert (listed["key"], listed["value"], listed["source"], listed["variable"]) == (
        'hosts."https://a.test".max_connections',
        64,
        "file",
        None,
    )

    assert ddm("config", "unset", KEY).code == 0
    assert path.read_text() == template()


def test_the_table_that_the_file_has_is_the_one_that_is_changed(ddm, path, write):
    write("[hosts.'a.test']\nmax_connections = 4 # why\n")

    ddm("config", "set", KEY, "5")

    assert path.read_text() == "[hosts.'a.test']\nmax_connections = 5 # why\n"


def test_what_is_not_set_is_said(ddm, path, write):
    write("")

    ran = ddm("config", "unset", KEY)

    assert (ran.code, ran.err) == (0, f"ddm: {KEY} is not set in {path}\n")


def test_a_table_in_another_form_is_left_to_the_user(ddm, path, write):
    text = '[hosts]\n"https://a.test" = { max_connections = 4 }\n'
    write(text)

    ran = ddm("config", "set", KEY, "5")

    assert (ran.code, path.read_text()) == (28, text)
    assert ran.err == (
        f'ddm: {path}, line 2: hosts."https://a.test".max_connections cannot be changed here by '
        "`ddm config`; edit the file\n"
    )
