import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--connections", "4,x"), "numbers with commas between them, such as 4,8,16"),
        (("--connections", ""), "numbers with commas between them"),
        (("--connections", "0,4"), "up to 16 numbers from 1 to 512"),
        (("--connections", "513"), "up to 16 numbers from 1 to 512"),
        (("--connections", ",".join(map(str, range(1, 18)))), "up to 16 numbers from 1 to 512"),
        (("--max-bytes", "5MB"), "a number of bytes, such as 20M"),
        (("--max-bytes", "1023K"), "less than 1M would tell nothing"),
        (("-H", "nonsense"), "-H wants 'Name: value'"),
    ],
)
def test_what_makes_no_sense_is_usage(ddm, arguments, said):
    ran = ddm("bench", *arguments, "http://127.0.0.1:1/a")

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_url_is_checked_first(ddm):
    assert ddm("bench", "ftp://a.test/a").code == 2
    assert ddm("bench").code == 2


def test_a_server_that_refuses_is_the_error_without_secrets(ddm, home, refused):
    ran = ddm("bench", f"{refused}?sig=secret")

    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith(f"ddm: {refused}?sig=***: could not connect")


def test_nothing_is_left_behind(ddm, home, refused):
    ddm("bench", refused)

    assert list(home.iterdir()) == []


def test_a_configured_rate_is_mentioned(ddm, refused, monkeypatch):
    monkeypatch.setenv("DDM_MAX_BYTES_PER_SEC", "5M")

    assert ddm("bench", refused).err.startswith(
        "ddm: max_bytes_per_sec holds here too: no more than 5.0 MiB/s; this is not kept\n"
    )
