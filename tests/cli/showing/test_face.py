from ddm.cli.showing import outcome
from ddm.cli.showing.face import Face
from ddm.record import State, StoredFailure


def test_the_quiet_face_tells_what_went_wrong(record, capsys):
    error = StoredFailure("not-found", "the server has no such file (404)", 3)
    Face().ended(outcome.of_record(record(state=State.FAILED, error=error, name="a.iso")))

    assert capsys.readouterr() == ("", "ddm: a.iso: the server has no such file (404)\n")


def test_the_quiet_face_tells_nothing_else(record, capsys, picture):
    face = Face()
    face.picture = picture
    face.run(0.0)
    face.run(100.0)
    face.note("good to know")
    face.ended(outcome.of_record(record(state=State.DONE, name="a.iso")))
    face.restore()
    face.close()

    assert face.deadline() is None
    assert capsys.readouterr() == ("", "")
