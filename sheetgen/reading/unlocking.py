"""だれもパスワードを付けていないのに暗号化されたブックを開く。

Excel は、「ブックの保護」をしたものを古い形式で保存するときなどに、決まったパスワードで暗号化し、
開くときは黙ってそれを使う。人はパスワードを見たことがない。出典: [MS-OFFCRYPTO] 2.3、
[MS-XLS] 2.2.10。
"""

from __future__ import annotations

import io

_DEFAULT = "VelvetSweatshop"
"""Excel の決まったパスワード。"""


def unlocked(data: bytes) -> bytes | None:
    """決まったパスワードで開いた中身。ほかのパスワードなら None。"""
    from msoffcrypto import OfficeFile  # ここで読み込む。暗号化されたものは、めったに届かない

    target = io.BytesIO()
    try:
        file = OfficeFile(io.BytesIO(data))
        file.load_key(password=_DEFAULT)
        file.decrypt(target)
    except Exception:  # 壊れ方や暗号の種類によって何が上がるかを、この部品は決めていない
        return None
    return target.getvalue()
