"""No number of a person leaves in a notice, and nothing harmless is refused."""

import pytest
from django.utils import translation

from programs.personal_numbers import find_numbers

ID = "410402198001011236"  # specification 10.4: computed, nobody's


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"身份证 {ID}。", ["id number"]),
        ("11010519491231002X", ["id number"]),
        ("11010519491231002x", ["id number"]),
        ("４１０４０２１９８００１０１１２３６", ["id number"]),
        ("410402 19800101 1236", ["id number"]),
        ("410402-1980-0101-123X", ["id number"]),
        ("4104\u200b02198001011236", ["id number"]),
        ("410402　19800101　1236", ["id number"]),
        ("电话13803751234", ["mobile number"]),
        ("138 0375 1234", ["mobile number"]),
        ("138-0375-1234", ["mobile number"]),
        ("+86 138 0375 1234", ["mobile number"]),
        ("8613803751234", ["mobile number"]),
        ("6222020200112233", ["account number"]),
        ("6222 0202 0011 2233 445", ["account number"]),
        ("卡号6222020200112233445", ["account number"]),
        (f"{ID}，13803751234", ["id number", "mobile number"]),
        ("13803751234 13903751234", ["mobile number", "mobile number"]),
    ],
)
def test_found(text, kinds):
    with translation.override("en"):
        assert [str(one.kind) for one in find_numbers(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "示例局 0375-2666666，0375-2666667",
        "监督电话12345、12388",
        "公示期 2026-04-30 2026-05-11",
        "2026.04.30-2026.05.11",
        "示政〔2026〕12号，2026年4月30日至5月11日",
        "投资 1500000.00 元、2000000.00 元",
        "100 200 300 400 500 600",
        "区划代码 410422101000",
        "1234567890123456789012345",
    ],
)
def test_passes(text):
    assert find_numbers(text) == []


def test_what_is_found_is_masked():
    (found,) = find_numbers(f"住户 {ID}")
    assert found.masked == "41**************36"
    assert ID not in found.masked
