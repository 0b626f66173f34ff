"""ブックを読む仕事を、時間とメモリーを限った別のプロセスにさせる段階。

:mod:`sheetgen.guard.guarded` が親の側、:mod:`sheetgen.guard.child` が子の側。
子が早く動き始めるように、ここでは何も読み込まない。
"""
