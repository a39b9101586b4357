"""The rule itself, against a plain restatement of it and against figures worked out by hand."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from programs.services.draws import rule

CODES = st.lists(st.text(min_size=1, max_size=6), unique=True, min_size=1, max_size=30)


def h(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_commitment_is_the_sha256_of_the_seed():
    assert rule.sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_by_hand():
    # SHA-256 of "s:1" 8d9f…, "s:2" 8d4f…, "s:3" …: whatever they are, the two smallest are drawn
    order = sorted(["1", "2", "3"], key=lambda code: h(f"s:{code}"))
    assert rule.choose("s", [("1", "x"), ("2", "x"), ("3", "x")], {"x": 2}) == sorted(order[:2])


@given(CODES, st.integers(0, 30), st.text(max_size=10))
def test_the_chosen_have_the_smallest_hashes(codes, quota, seed):
    chosen = rule.choose(seed, [(code, "x") for code in codes], {"x": quota})
    left = [code for code in codes if code not in chosen]
    assert len(chosen) == min(quota, len(codes))
    assert all(h(f"{seed}:{one}") < h(f"{seed}:{other}") for one in chosen for other in left)


@given(CODES, st.randoms(), st.text(max_size=5))
def test_the_order_of_the_list_does_not_matter(codes, random, seed):
    pool = [(code, str(len(code))) for code in codes]
    quota = {stratum: 2 for _code, stratum in pool}
    first = rule.choose(seed, pool, quota)
    random.shuffle(pool)
    assert rule.choose(seed, pool, quota) == first
    args = (quota, ["b", "a"], [("x", "a")], 1)
    assert rule.lists_hash(pool, *args) == rule.lists_hash(sorted(pool), quota, ["a", "b"], [("x", "a")], 1)


@given(CODES, CODES, st.integers(1, 3), st.text(max_size=5))
def test_the_excused_are_passed_over_and_the_next_takes_their_place(objects, people, each, seed):
    free = rule.assign(seed, objects, people, [], each)
    for code in objects:
        assert free[code] == sorted(people, key=lambda one: h(f"{seed}:{code}:{one}"))[:each]
    first = objects[0]
    again = rule.assign(seed, objects, people, [(first, free[first][0])], each)
    assert free[first][0] not in again[first]
    assert all(again[code] == free[code] for code in objects[1:])
    assert len(again[first]) == min(each, len(people) - 1)


def test_a_stratum_without_quota_is_not_drawn_from():
    assert rule.choose("s", [("1", "x"), ("2", "y")], {"y": 1}) == ["2"]
