from ddm.testing.story import Story


def told(*lines, now=1.5):
    story = Story("seed 7")
    story.now = now
    for line in lines:
        story.tell(line)
    return story


def test_a_line_begins_with_its_time():
    assert told("a job", "a byte").lines == ("     1.500 a job", "     1.500 a byte")


def test_the_same_story_has_the_same_digest():
    assert told("a").digest == told("a").digest
    assert told("a").digest != told("b").digest
    assert told("a").digest != told("a", now=2.0).digest


def test_a_violation_tells_its_title_and_the_end_of_the_story():
    violation = str(told(*map(str, range(100))).violation("it broke"))

    assert violation.splitlines()[:3] == ["seed 7: it broke", "(40 lines before)", "     1.500 40"]
    assert violation.endswith(" 99")
