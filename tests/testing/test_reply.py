from ddm.http.head import Head
from ddm.testing.body import Body, Version
from ddm.testing.reply import Reply, partial, unsatisfiable, whole, with_fields

VERSION = Version(Body("key", 1000), '"v"', "yesterday")
VALIDATORS = (("etag", '"v"'), ("last-modified", "yesterday"))


def test_a_whole_answer_tells_its_length():
    head = Head(200, (("content-length", "1000"), *VALIDATORS))

    assert whole(VERSION) == Reply(head, VERSION.body, 0, 1000, 1000)


def test_a_whole_answer_may_be_chunked_and_name_the_file():
    disposition = ("content-disposition", "attachment")
    head = Head(200, (("transfer-encoding", "chunked"), *VALIDATORS, disposition))

    assert whole(VERSION, length=False, disposition="attachment") == Reply(
        head, VERSION.body, 0, 1000, None
    )


def test_a_partial_answer_tells_its_range_inclusively():
    fields = (("content-range", "bytes 10-19/1000"), ("content-length", "10"), *VALIDATORS)

    assert partial(VERSION, 10, 20) == Reply(Head(206, fields), VERSION.body, 10, 20, 20)


def test_an_unsatisfiable_range_is_told_the_length():
    assert unsatisfiable(VERSION).head == Head(
        416, (("content-range", "bytes */1000"), *VALIDATORS)
    )


def test_fields_are_set_and_left_out():
    reply = with_fields(unsatisfiable(VERSION), {"etag": None, "content-range": "x", "a": "b"})

    assert reply.head == Head(
        416, (("content-range", "x"), ("last-modified", "yesterday"), ("a", "b"))
    )
