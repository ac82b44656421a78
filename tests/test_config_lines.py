import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.config_file import template
from ddm.config_lines import with_key, without_key
from ddm.settings import SETTINGS, defaults, nested, of_host

BY_KEY = {setting.key: setting for setting in SETTINGS}
HOST = of_host("https://a.test")
SEGMENTS, TRIES = BY_KEY["max_segments"], BY_KEY["retry.max_attempts"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_a_key_stands_below_its_default_in_the_template(setting):
    text = with_key(template(), setting, "7")
    lines = text.splitlines()

    assert lines[lines.index(f"{setting.name} = 7") - 1].startswith(f"#{setting.name} = ")
    assert nested(defaults() | {setting.key: 7}) == _merged(tomllib.loads(text))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_set_and_unset_leave_the_template_as_it_was(setting):
    assert without_key(with_key(template(), setting, "7"), setting) == template()


def _merged(tree):
    values = nested(defaults())
    return values | tree | {"retry": values["retry"] | tree.get("retry", {})}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max_segments = 4\n", "max_segments = 8\n"),
        ("max_segments=4", "max_segments=8"),
        ("  max_segments  =  4  # why\n", "  max_segments  =  8  # why\n"),
        ("'max_segments' = 4\n", "'max_segments' = 8\n"),
        ("max_segments = 4\r\nmax_jobs = 1\r\n", "max_segments = 8\r\nmax_jobs = 1\r\n"),
        ('max_segments = "4" # "x"\n', 'max_segments = 8 # "x"\n'),
        ("", "max_segments = 8\n"),
        ("max_jobs = 1\n", "max_jobs = 1\nmax_segments = 8\n"),
        ("max_jobs = 1", "max_jobs = 1\nmax_segments = 8\n"),
        ("max_jobs = 1\r\n", "max_jobs = 1\r\nmax_segments = 8\r\n"),
        (
            "max_jobs = 1\n\n# of retries\n[retry]\nmax_segments = 1\n",
            "max_jobs = 1\nmax_segments = 8\n\n# of retries\n[retry]\nmax_segments = 1\n",
        ),
        (
            "# max_segments = 16\nmax_jobs = 1\n",
            "# max_segments = 16\nmax_segments = 8\nmax_jobs = 1\n",
        ),
    ],
)
def test_a_key_at_the_top_is_set(before, after):
    assert with_key(before, SEGMENTS, "8") == after


def test_a_text_with_quotes_and_backslashes_is_set():
    text = with_key('on_done = "say \\"#\\"" # "x"\n', BY_KEY["on_done"], r'"a \"b\" \\ \1"')

    assert text == 'on_done = "a \\"b\\" \\\\ \\1" # "x"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[retry]\nmax_attempts = 4\n", "[retry]\nmax_attempts = 8\n"),
        ("[ retry ] # x\nmax_attempts = 4\n", "[ retry ] # x\nmax_attempts = 8\n"),
        ("retry.max_attempts = 4\n", "retry.max_attempts = 8\n"),
        ("max_attempts = 4\n[retry]\n", "max_attempts = 4\n[retry]\nmax_attempts = 8\n"),
        ("[retry]", "[retry]\nmax_attempts = 8\n"),
        ("", "[retry]\nmax_attempts = 8\n"),
        ("max_jobs = 1\n", "max_jobs = 1\n\n[retry]\nmax_attempts = 8\n"),
        ("max_jobs = 1", "max_jobs = 1\n\n[retry]\nmax_attempts = 8\n"),
    ],
)
def test_a_key_of_a_table_is_set(before, after):
    assert with_key(before, TRIES, "8") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max_segments = 4\nmax_jobs = 1\n", "#max_segments = 16\nmax_jobs = 1\n"),
        ("#max_segments = 16\nmax_segments = 4 # x\n", "#max_segments = 16\n"),
        ("max_jobs = 1\n", "max_jobs = 1\n"),
        ("[retry]\nmax_segments = 1\n", "[retry]\nmax_segments = 1\n"),
    ],
)
def test_a_key_is_taken_out(before, after):
    assert without_key(before, SEGMENTS) == after


def test_a_dotted_key_is_taken_out_without_its_default():
    assert without_key("retry.max_attempts = 4\n", TRIES) == ""


@pytest.mark.parametrize(
    "text",
    [
        'a = """\nmax_segments = 4\n"""\n',
        "retry = { max_attempts = 4 }\n",
        "[retry]\nmax_attempts = [\n4]\n",
    ],
)
def test_what_stands_in_another_way_never_becomes_another_value_unseen(text):
    """The caller compares what TOML makes of both texts."""
    for setting in (SEGMENTS, TRIES):
        try:
            changed = tomllib.loads(with_key(text, setting, "8"))
        except tomllib.TOMLDecodeError:
            continue
        assert changed != tomllib.loads(text)


@given(st.text(alphabet="max_jobs=14#[]\"'\r\n .", max_size=60))
def test_any_text_can_be_asked(text):
    without_key(with_key(text, SEGMENTS, "8"), SEGMENTS)
    without_key(with_key(text, TRIES, "8"), TRIES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[hosts."https://a.test"]\nmax_connections = 8\n'),
        (
            "[retry]\nmax_attempts = 4\n",
            '[retry]\nmax_attempts = 4\n\n[hosts."https://a.test"]\nmax_connections = 8\n',
        ),
        (
            "[hosts.'https://a.test'] # [x]\nmax_connections = 4 # y\n",
            "[hosts.'https://a.test'] # [x]\nmax_connections = 8 # y\n",
        ),
        (
            '[ hosts . "https://a.test" ]\n[retry]\n',
            '[ hosts . "https://a.test" ]\nmax_connections = 8\n[retry]\n',
        ),
        (
            'hosts."https://a.test".max_connections = 4\n',
            'hosts."https://a.test".max_connections = 8\n',
        ),
        (
            '[hosts."https://b.test"]\nmax_connections = 4\n',
            (
                '[hosts."https://b.test"]\nmax_connections = 4\n\n'
                '[hosts."https://a.test"]\nmax_connections = 8\n'
            ),
        ),
    ],
)
def test_a_key_of_an_origin_is_set(before, after):
    assert with_key(before, HOST, "8") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[hosts."https://a.test"]\nmax_connections = 8\n', ""),
        ('a = 1\n\n[hosts."https://a.test"]\nmax_connections = 8', "a = 1\n"),
        (
            'a = 1\n\n[hosts."https://a.test"]\nmax_connections = 8\n\n[retry]\n',
            "a = 1\n\n[retry]\n",
        ),
        (
            '[hosts."https://a.test"]\n# mine\nmax_connections = 8\n',
            '[hosts."https://a.test"]\n# mine\n',
        ),
        ('hosts."https://a.test".max_connections = 8\na = 1\n', "a = 1\n"),
        ('[hosts."https://b.test"]\nmax_connections = 8\n',) * 2,
    ],
)
def test_a_key_of_an_origin_is_taken_out_and_its_empty_table_too(before, after):
    assert without_key(before, HOST) == after


def test_an_origin_set_and_unset_leaves_the_template_as_it_was():
    assert without_key(with_key(template(), HOST, "7"), HOST) == template()
