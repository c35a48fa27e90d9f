from __future__ import annotations

import math

import pytest

from adapters.training.report_qa.prose import bleu, rouge_l, tokens


def test_bleu_is_one_for_the_same_and_nothing_for_nothing_in_common():
    text = "net sales rose by 5.2% in 2019"
    assert bleu([text], [text]) == pytest.approx(1)
    assert bleu(["cash"], [text]) == 0
    assert bleu([""], [text]) == 0
    assert bleu([], []) is None


def test_bleu_is_the_mean_of_the_clipped_precisions_with_brevity():
    # 1-grams: 3 of 5 (the second "the" is clipped); 2-grams: 2 of 4; 3-grams: 1 of 3; 4-grams: none of 2, so half of one
    said, gold = "the the cat sat down", "the cat sat on a mat"
    precisions = 3 / 5, 2 / 4, 1 / 3, 0.5 / 2
    assert bleu([said], [gold]) == pytest.approx(math.exp(1 - 6 / 5) * math.prod(precisions) ** 0.25)


def test_bleu_of_texts_without_a_4_gram_ends_at_their_longest():
    assert bleu(["fixed price"], ["fixed price"]) == pytest.approx(1)
    assert bleu(["fixed price", "cash"], ["fixed price", "debt"]) == pytest.approx((2 / 3 * 1) ** 0.5)


def test_rouge_l_counts_the_longest_common_subsequence():
    assert rouge_l("The cat sat", "the cat sat") == 1
    assert rouge_l("police kill the gunman", "police killed the gunman") == pytest.approx(0.75)
    assert rouge_l("a b c", "c b a") == pytest.approx(1 / 3)
    assert rouge_l("", "a") == rouge_l("a", "") == rouge_l("", "") == 0


def test_numbers_are_one_token_and_long_texts_are_cut():
    assert tokens("$1,452.4 (in millions)") == ["$", "1,452.4", "(", "in", "millions", ")"]
    assert len(tokens("a " * 9000)) == 2000
