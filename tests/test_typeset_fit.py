"""行の高さと文字の大きさの試験。"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.form.fit import (
    SMALLEST_SIZE,
    STEP,
    Box,
    Page,
    fit,
    height_for,
    height_of,
    share_out,
    steps_up,
)
from sheetgen.form.wrap import count_lines, line_capacity

LONG = "市民の利便性の向上のため、手続の簡素化と電子化を進める。"


def _body(key: str, row: int, text: str, **more: object) -> Box:
    values: dict[str, object] = {"last_row": row, "width": 299.25, "size": 10.5, **more}
    return Box(key=key, first_row=row, text=text, **values)  # type: ignore[arg-type]


def test_rows_without_wrapped_boxes_keep_their_heights() -> None:
    page = Page({1: 20.1, 2: 30.0, 3: 15.0}, 300.0)
    fitted = fit([_body("text", 2, LONG), _body("head", 1, "見出し", wrap=False)], page)
    assert fitted.row_heights[1] == 20.1
    assert fitted.row_heights[3] == 15.0
    assert fitted.sizes == {}
    assert fitted.overflow == ()


def test_left_over_height_goes_by_weight_and_three_times_to_roomy_rows() -> None:
    boxes = [_body(str(row), row, "一") for row in (1, 2, 3)]
    need = steps_up(height_of(1, 10.5)) * STEP
    fitted = fit(boxes, Page({1: 20.0, 2: 20.0, 3: 40.0}, 3 * need + 120.0, frozenset({2})))
    gained = {row: height - need for row, height in fitted.row_heights.items()}
    assert gained == {1: 20.25, 2: 60.0, 3: 39.75}
    assert sum(fitted.row_heights.values()) == 3 * need + 120.0


def test_a_box_over_two_rows_gets_its_lines_from_both() -> None:
    plan = _body("plan", 1, LONG * 4, last_row=2)
    fitted = fit([plan, _body("target", 1, "38", width=41.25)], Page({1: 21.0, 2: 21.0}, 400.0))
    lines = count_lines(plan.text, line_capacity(plan.width, plan.size))
    assert lines > 3
    assert sum(fitted.row_heights.values()) >= height_of(lines, 10.5)


def test_text_shrinks_together_until_the_page_holds_it() -> None:
    boxes = [_body("a", 1, LONG * 6), _body("b", 2, LONG), _body("note", 3, "注", size=8.0)]
    full = fit(boxes, Page({1: 30.0, 2: 30.0, 3: 15.0}, 400.0))
    assert full.sizes == {}
    tight = fit(boxes, Page({1: 30.0, 2: 30.0, 3: 15.0}, 120.0))
    assert tight.overflow == ()
    assert tight.sizes["a"] == tight.sizes["b"] < 10.5
    assert tight.sizes.get("note", 8.0) == min(8.0, tight.sizes["a"])


def test_room_to_write_is_given_up_before_text_goes_below_nine_and_a_half() -> None:
    boxes = [_body("text", 1, LONG * 4), _body("input", 2, "", min_lines=8)]
    rows = {1: 30.0, 2: 30.0}
    ample = fit(boxes, Page(rows, 400.0, frozenset({2})))
    assert ample.sizes == {}
    assert ample.capacity["input"] >= 8 * (line_capacity(299.25, 10.5) // 2)
    smaller = fit(boxes, Page(rows, 165.0, frozenset({2})))
    assert 9.5 <= smaller.sizes["input"] < 10.5
    assert smaller.capacity["input"] >= 8 * (line_capacity(299.25, smaller.sizes["input"]) // 2)
    tight = fit(boxes, Page(rows, 110.0, frozenset({2})))
    assert tight.sizes == {"text": 9.5, "input": 9.5}
    assert 1 <= tight.capacity["input"] // (line_capacity(299.25, 9.5) // 2) < 8
    assert tight.overflow == ()


@pytest.mark.parametrize(
    ("text", "wrap", "size"),
    [
        ("38", True, 10.5),
        ("90％未満", True, 8.5),  # 一行で読める大きさなら一行にする
        ("導入方針の決定", True, 10.5),  # 一行では小さすぎるので折り返す
        ("1,234,567", True, 7.5),  # 数は切れない
        ("30億円以内", False, 6.5),
    ],
)
def test_a_narrow_cell_shrinks_alone(text: str, wrap: bool, size: float) -> None:
    narrow = _body("figure", 1, text, width=41.25, wrap=wrap)
    fitted = fit([narrow, _body("text", 2, LONG)], Page({1: 30.0, 2: 60.0}, 300.0))
    assert fitted.sizes.get("figure", 10.5) == size
    assert "text" not in fitted.sizes
    assert fitted.overflow == ()


def test_a_long_address_does_not_make_its_paragraph_small() -> None:
    fitted = fit([_body("text", 1, LONG + "https://" + "a" * 200)], Page({1: 30.0}, 300.0))
    assert fitted.sizes == {}
    assert fitted.overflow == ()


def test_what_does_not_fit_is_named_and_the_rest_keeps_its_place() -> None:
    boxes = [
        _body("endless", 1, LONG * 500),
        _body("short", 2, LONG),
        _body("line", 3, "長い見出し" * 20, width=60.0, wrap=False),
    ]
    fitted = fit(boxes, Page({1: 30.0, 2: 30.0, 3: 18.0}, 300.0))
    assert fitted.overflow == ("endless", "line")
    assert fitted.sizes["endless"] == SMALLEST_SIZE
    assert fitted.row_heights[2] >= height_of(1, SMALLEST_SIZE)
    assert sum(fitted.row_heights.values()) <= 300.0


def test_a_box_in_hidden_rows_is_left_alone() -> None:
    fitted = fit([_body("carrier", 9, LONG * 50), _body("text", 1, "一")], Page({1: 30.0}, 60.0))
    assert "carrier" not in fitted.capacity
    assert fitted.overflow == ()


def test_no_row_is_taller_than_excel_allows() -> None:
    fitted = fit([_body("text", 1, "一")], Page({1: 30.0}, 700.0))
    assert fitted.row_heights[1] == 409.5


@pytest.mark.parametrize(
    ("text", "height"), [("", 16.5), ("一行", 16.5), ("一\n二", 29.25), ("一\n" * 99, 409.5)]
)
def test_the_height_of_a_row_by_itself(text: str, height: float) -> None:
    assert height_for(text, 299.25, 10.5) == height


boxes_of_a_page = st.lists(
    st.builds(
        lambda number, row, span, width, size, text, wrap, room: Box(
            f"{number}/{row}", row, min(6, row + span), width, size, text, wrap, room
        ),
        st.integers(0, 10**6),
        st.integers(1, 6),
        st.integers(0, 2),
        st.floats(5.0, 700.0),
        st.sampled_from([6.0, 8.0, 9.5, 10.5, 12.0]),
        st.integers(0, 30).map(LONG.__mul__) | st.text(max_size=20),
        st.booleans(),
        st.integers(0, 6),
    ),
    max_size=12,
    unique_by=lambda box: box.key,
)
pages = st.builds(
    Page,
    st.fixed_dictionaries({row: st.floats(0.0, 60.0) for row in range(1, 7)}),
    st.floats(10.0, 800.0),
    st.frozensets(st.integers(1, 6)),
)


@given(boxes_of_a_page, pages)
def test_a_page_is_never_overfull_and_what_is_cut_is_named(boxes: list[Box], page: Page) -> None:
    fitted = fit(boxes, page)
    assert fitted.row_heights.keys() == page.row_heights.keys()
    assert sum(fitted.row_heights.values()) <= page.available + 1e-6
    assert all(0 <= height <= 409.5 for height in fitted.row_heights.values())
    for box in boxes:
        size = fitted.sizes.get(box.key, box.size)
        assert SMALLEST_SIZE <= size <= box.size
        if box.wrap and box.text and box.key not in fitted.overflow:
            height = sum(fitted.row_heights[r] for r in range(box.first_row, box.last_row + 1))
            lines = count_lines(box.text, line_capacity(box.width, size))
            assert height_of(lines, size) <= height + 1e-6


@given(boxes_of_a_page, pages)
def test_fitting_is_the_same_every_time(boxes: list[Box], page: Page) -> None:
    assert fit(boxes, page) == fit(boxes, page)


@given(
    st.integers(0, 2000),
    st.dictionaries(st.integers(1, 30), st.floats(0.0, 100.0), min_size=1, max_size=12),
)
def test_shares_add_up(steps: int, weights: dict[int, float]) -> None:
    shares = share_out(steps, weights)
    assert sum(shares.values()) == steps
    assert all(share >= 0 for share in shares.values())
