"""いま何をする時か：記録のどの段階でも、次の一つを正しく言う。"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from status_desk import HELD, NOW, sent

from sheetgen.plan.loading import load_plan
from sheetgen.records.open_items import ItemState, OpenItem, load_open_items, save_open_items
from sheetgen.records.sendouts import SendKind, SendOut, add_sendouts
from sheetgen.year import agenda as agendas
from sheetgen.year.agenda import Duty, agenda

SECTION = "企画部 経営企画課"


@pytest.fixture
def plan(plan_path: Path, tmp_path: Path) -> Path:
    path = tmp_path / "data" / "plan.json"
    path.parent.mkdir()
    path.write_bytes(plan_path.read_bytes())
    return path


def _send_back(plan: Path, at: str) -> None:
    add_sendouts(
        plan,
        lambda _: [
            SendOut(
                at=at, by="係", kind=SendKind.RETURN, round="2024J", section=SECTION,
                file="差戻し.xlsx", sha256="0" * 64, deadline="2024-12-31",
            )
        ],
    )  # fmt: skip


def _ask_again(plan: Path, at: str) -> None:
    found, _ = load_open_items(plan, "2024J")
    again = OpenItem(ItemState.HELD, at, ("二度目.xlsx",), ("R302",), ())
    save_open_items(plan, "2024J", found | {HELD: again})


def test_nothing_sent_means_sending(plan: Path) -> None:
    assert agenda(plan, NOW).next.duty is Duty.SEND


def test_a_question_means_a_return_until_it_is_sent(plan: Path) -> None:
    sent(plan)
    assert agenda(plan, NOW).next.duty is Duty.RETURN
    _send_back(plan, "2024-08-02T09:00:00+09:00")
    assert agenda(plan, NOW).next.duty is Duty.REMIND


def test_a_second_question_of_a_section_means_a_second_return(plan: Path) -> None:
    """差し戻したものが、またおかしい答えで戻った。"""
    sent(plan)
    _send_back(plan, "2024-08-02T09:00:00+09:00")
    _ask_again(plan, "2024-08-20T00:30:00+00:00")
    following = agenda(plan, NOW).next
    assert following.duty is Duty.RETURN
    assert "1課" in following.words
    _send_back(plan, "2024-08-20T09:40:00+09:00")
    assert agenda(plan, NOW).next.duty is Duty.REMIND


def test_after_the_last_year_there_is_no_next_year(plan: Path) -> None:
    """最終年度の次の年度。照会がすべて済んでいる。"""
    loaded = load_plan(plan)
    year = loaded.final_year + 1
    for published, told in ((False, "公表します。"), (True, "確定してあります")):
        following = agendas._next([], published, True, year, loaded, date(2030, 1, 1))
        assert told in following.words
        steps = agendas._steps([], following, published, year, True)
        assert Duty.ROLL not in {one.duty for one in steps}


def test_what_was_handed_out_without_a_record_is_not_handed_out_again(plan: Path) -> None:
    """送付記録のない配り方でも、答えが届いていれば、次は配布ではない。"""
    sent(plan)
    plan.with_name("sendouts.jsonl").unlink()
    assert agenda(plan, NOW).next.duty is not Duty.SEND
