import pytest

from ddm.errors import UsageError
from ddm.sources.har import Entry
from ddm.sources.har_pick import Wish, pick

HTML, ZIP, PNG, NONE = "text/html", "application/zip", "image/png", ""


def file(path, size=1, media_type=ZIP, **changes):
    values = {"attachment": False} | changes
    return Entry(f"http://h/{path}", size, media_type=media_type, **values)


def redirect(path, target):
    return file(path, target=f"http://h/{target}")


def picked(entries, wish=None):
    return [entry.url[9:] for entry in pick(entries, Wish.parse(wish)).entries]


def refused(entries, wish=None):
    with pytest.raises(UsageError) as caught:
        pick(entries, Wish.parse(wish))
    return str(caught.value)


def test_an_attachment_is_what_somebody_came_for():
    entries = [file("big", 9), file("small", 2, attachment=True), file("less", 1, attachment=True)]

    assert picked(entries) == ["small"]


def test_without_one_it_is_the_largest_that_is_no_part_of_a_page():
    kinds = [HTML, PNG, "text/css", "font/woff2", "application/json", "application/ld+json"]
    parts = [file(str(size), size, kind) for size, kind in enumerate(kinds, 50)]

    assert picked([file("a", 3), file("b", 4, NONE), *parts]) == ["b"]
    assert picked(parts) == ["55"]


def test_of_two_equal_ones_it_is_the_last():
    assert picked([file("a"), file("b")]) == ["b"]


def test_the_largest_is_just_that():
    entries = [file("page", 9, HTML), file("small", 2, attachment=True)]

    assert picked(entries, "largest") == ["page"]


def test_all_are_all_that_have_a_file_each_once():
    entries = [file("page", 9, HTML), redirect("r", "a"), file("a"), file("page", 2, HTML)]

    assert picked(entries, "all") == ["a", "page"]


def test_of_a_file_that_was_asked_for_in_parts_the_last_fields_count_and_the_largest_size():
    first = file("a", 9, attachment=True, secret=(("Cookie", "old"),))
    last = file("a", 2, secret=(("Cookie", "new"),))
    (found,) = pick([first, last], Wish()).entries

    assert (found.size_bytes, found.attachment, found.secret) == (9, True, (("Cookie", "new"),))


def test_a_pattern_picks_all_that_match_anywhere_in_the_url():
    entries = [file("a.iso"), file("b.zip"), file("c.iso?x=1")]

    assert picked(entries, r"\.iso(\?|$)") == ["a.iso", "c.iso?x=1"]


def test_a_redirect_that_matches_leads_to_the_file():
    entries = [redirect("get", "hop"), redirect("hop", "end"), file("end"), file("other")]

    assert picked(entries, "get|hop") == ["end"]


def test_a_site_may_send_away_and_back_to_the_same_url():
    entries = [redirect("a", "login"), redirect("login", "a"), file("a")]

    assert picked(entries, "h/a") == ["a"]


def test_entries_need_not_be_in_order():
    assert picked([file("end"), redirect("a", "end")], "h/a") == ["end"]


def test_a_loop_is_named():
    entries = [redirect("a", "b"), redirect("b", "a")]

    assert refused(entries).startswith("http://h/a redirects in a loop, by way of http://h/a;")
    assert refused([redirect("a", "a")]).startswith("http://h/a redirects in a loop")


def test_a_missing_end_is_named_without_its_secrets():
    said = refused([redirect("a", "b?sig=s3cret")], "h/a")

    assert said.startswith("http://h/a redirects to http://h/b?sig=***, which no entry has a file")
    assert "give its URL to `ddm add`" in said


def test_ten_redirects_are_followed_and_not_one_more():
    chain = [redirect(str(number), str(number + 1)) for number in range(1, 11)]
    entries = [redirect("0", "1"), *chain, file("11")]

    assert picked(entries, "h/1$") == ["11"]
    assert "http://h/0 redirects more than 10 times" in refused(entries, "h/0$")


def test_what_is_astray_is_told_beside_what_is_picked():
    entries = [redirect("a1", "gone"), file("a2")]

    assert len(pick(entries, Wish.parse("h/a")).astray) == 1
    assert len(pick(entries, Wish.parse("all")).astray) == 1
    assert pick(entries, Wish.parse(None)).astray == ()


def test_nothing_to_fetch_is_an_error_with_a_way_out():
    assert "record until the download has begun" in refused([])
    assert "matches --pick" in refused([file("a")], "zzz")


def test_a_url_that_was_asked_for_thousands_of_times_is_followed_all_the_same():
    entries = [redirect("a", "a") for _ in range(5000)]

    assert "more than 10 times" in refused(entries, "all")


@pytest.mark.parametrize("text", ["(", "a{99999999999}", "*"])
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(UsageError, match="--pick wants a regular expression, largest or all"):
        Wish.parse(text)
