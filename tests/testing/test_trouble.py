import random

from ddm.testing.trouble import Temper, Trouble


def test_the_script_comes_first_one_trouble_for_each_request():
    temper = Temper(script=(Trouble.BUSY, None, Trouble.SHORT))
    chance = random.Random(1)

    assert [temper.next(chance, 0.0) for _ in range(4)] == [
        Trouble.BUSY,
        None,
        Trouble.SHORT,
        None,
    ]


def test_drawn_troubles_end_when_calm_comes():
    temper = Temper([Trouble.BUSY], rate=1.0, calm_s=10.0)
    chance = random.Random(1)

    assert temper.next(chance, 9.9) is Trouble.BUSY
    assert temper.next(chance, 10.0) is None
