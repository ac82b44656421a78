from ddm.testing.scene import Scene


def drawn(scene):
    return [scene.chance.random() for _ in range(3)]


def test_a_seed_draws_the_same_and_another_one_something_else():
    assert drawn(Scene.of(1)) == drawn(Scene.of(1))
    assert drawn(Scene.of(1)) != drawn(Scene.of(2))


def test_it_begins_with_nothing_asked_and_nothing_told():
    scene = Scene.of(1)

    assert (scene.cast.asked, scene.story.lines, scene.clock.now()) == ([], (), 0.0)
    assert scene.cues.deadline() is None
