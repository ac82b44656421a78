from ddm.cli.showing import outcome
from ddm.cli.showing.plain import Plain
from ddm.record import State


def test_a_line_comes_every_five_seconds(picture, capsys):
    face = Plain()
    face.picture = picture
    said = []
    for now in (100.0, 104.9, 105.0, 109.9, 110.0):
        face.run(now)
        said.append(capsys.readouterr().err.count("\n"))

    assert said == [0, 0, 1, 0, 1]
    assert face.deadline() == 115.0


def test_a_line_holds_the_sums(picture, capsys):
    face = Plain()
    face.picture = picture
    face.run(0.0)
    face.run(5.0)

    assert capsys.readouterr().err == (
        "ddm: 3 of 24 done, 120 of 512 MiB (23 %), 98.0 MiB/s, 4 s left\n"
    )


def test_results_go_to_stdout_and_notes_to_stderr(record, capsys):
    face = Plain()
    face.note("good to know")
    face.ended(outcome.of_record(record(state=State.DONE, name="a.iso")))

    assert capsys.readouterr() == ("/files/a.iso\n", "ddm: good to know\n")
