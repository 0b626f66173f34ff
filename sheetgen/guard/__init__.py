"""ブックを読む仕事を、時間とメモリーを限った別のプロセスにさせる段階。

:mod:`sheetgen.guard.guarded` is the parent's side, :mod:`sheetgen.guard.child` the
child's.  Nothing is imported here: the child must be quick to start.
"""
