"""数式の試験の材料。LibreOffice の計算と比べる数式と、それが読むセル。"""

from __future__ import annotations

import random

from sheetgen.plan.value import Value

# A 列と B 列には様式にあるもの、C 列には式を置く。論理値は置かない。Excel と違い、
# LibreOffice は範囲の中の論理値も数とする。
CELLS: dict[str, Value] = {
    "A1": 3,
    "A2": 0.1,
    "A3": 0.2,
    "A4": "-",
    "A5": None,
    "A6": -12.75,
    "A7": 0.333,
    "A8": "導入方針の決定",
    "B1": 6800,
    "B2": 0,
    "B3": 99.0,
    "B4": "A",
    "B5": None,
    "B6": 2671349,
    "B7": "b",
    "B8": 1.005,
}

_BY_HAND = [
    '=IF(COUNT(A1,A2,A4)=0,"-",SUM(A1,A2,A4))',
    '=IF(COUNT(A4,A5,A8)=0,"-",SUM(A4,A5,A8))',
    "=SUM(A1:B8)",
    "=COUNT(A1:B8)",
    "=COUNTA(A1:B8)",
    "=AVERAGE(A1:A8)",
    "=AVERAGE(A4:A5)",
    "=MIN(A1:B8)",
    "=MAX(A4,A5)",
    "=A1/B2",
    "=A4+1",
    "=A5+1",
    '=A5&"x"&A2+A3',
    "=A1%",
    '=IFERROR(A1/B2,"－")',
    "=ISBLANK(A5)",
    "=ROUND(B8,2)",
    "=ROUND(A6,-1)",
    "=ROUNDUP(A6,1)",
    "=ROUNDDOWN(A6,0)",
    "=INT(A6)",
    "=AND(A1>0,B2=0)",
    "=OR(A1<0,B2<>0)",
    "=A2+A3=0.3",
    '=B4="a"',
    '=IF(B1>=6800,"達成","未達")',
    "=SUM(A1:A3,B1,1.5)",
    "=(B1-B3)/B3",
]


def _number(rng: random.Random, depth: int) -> str:
    """数になる式。LibreOffice と Excel で決まりの違う、文字列の計算は含めない。"""
    if depth == 0:
        leaves = ["A1", "A2", "A3", "A5", "A6", "B1", "B2", "B3", "B6", "B8", "7", "0.25", "1E3"]
        return rng.choice(leaves)
    one, other = _number(rng, depth - 1), _number(rng, rng.randrange(depth))
    forms = [
        f"({one}+{other})",
        f"({one}-{other})",
        f"{one}*{other}",
        f"{one}/({other})",
        f"-{one}",
        f"({one})%",
        f"SUM({one},A1:B3,{other})",
        f"MAX({one},{other},A6:B8)",
        f"MIN({one},B1:B8)",
        f"AVERAGE({one},{other})",
        f"ROUND({one},{rng.randint(-2, 3)})",
        f"ROUNDUP({one},1)",
        f"ROUNDDOWN({one},2)",
        f"INT({one})",
        f"IF({_truth(rng, one, other)},{one},{other})",
        f"IFERROR({one},{other})",
        f"COUNT({one},A1:A8)",
    ]
    return rng.choice(forms)


def _truth(rng: random.Random, one: str, other: str) -> str:
    sign = rng.choice(["=", "<>", "<", "<=", ">", ">="])
    forms = [
        f"{one}{sign}{other}",
        f"AND({one}{sign}{other},A1>0)",
        f"OR({one}{sign}{other},ISBLANK(A1))",
        f'{rng.choice(["A4", "A5", "B4", "B7"])}{sign}"b"',
    ]
    return rng.choice(forms)


def _generated(count: int) -> list[str]:
    rng = random.Random(20240301)
    made = []
    for index in range(count):
        number = _number(rng, 1 + index % 3)
        truth = _truth(rng, number, _number(rng, 1))
        made.append(
            "=" + rng.choice([number, number, truth, f'IF({truth},ROUND({number},3)&"件","-")'])
        )
    return made


FORMULAS = _BY_HAND + _generated(400)
