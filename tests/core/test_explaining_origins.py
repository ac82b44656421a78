"""What an origin's own setting and its own temper have to do with it."""

from ddm.core.causes import Word
from ddm.http import url as urls
from ddm.limits import HostLimits

MIB = 1 << 20
ORIGIN = "https://example.org"


def sentences(paper, word):
    causes = paper.engine.explain(1, paper.now).causes
    return [cause.sentence for cause in causes if cause.word is word]


def test_an_origin_with_a_setting_of_its_own_is_told_by_that(make_paper):
    paper = make_paper(hosts={"https:example.org:443": HostLimits(1)})
    paper.begin(90 * MIB)
    (said,) = sentences(paper, Word.BUDGET_HOST)

    assert "`ddm config set hosts.https://example.org.max_connections N` allows more" in said


def test_an_origin_that_counts_requests_says_that_they_go_out_one_after_the_other(make_paper):
    paper = make_paper(max_segments=4)
    paper.begin(90 * MIB)
    policy = paper.engine._work.budget.policy(urls.parse(ORIGIN).origin)
    for sent_s in (99.0, 100.9, 101.4):
        policy.refused(8, sent_s + 0.1, None, answer="429", begun_s=sent_s)
    paper.now = 102.0
    for transfer_id in sorted(paper.live)[:3]:
        paper.end(transfer_id)
    paper.now = 102.6
    policy.began(paper.now)

    (said,) = sentences(paper, Word.ORIGIN_LIMIT)
    assert said.endswith("refused (429, 2 s ago); for now requests go out one after the other")
