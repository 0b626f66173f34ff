"""子要素の順（ECMA-376 Part 1, 18.3.1.99 CT_Worksheet と 18.2.27 CT_Workbook）。"""

from __future__ import annotations

from sheetgen.xlsx.markup import Node

# fmt: off
_WORKSHEET = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst",
)

_WORKBOOK = (
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "absPath",
    "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
    "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)
# fmt: on


def _position(parent: Node, local: str, order: tuple[str, ...]) -> int:
    later = set(order[order.index(local) + 1 :])
    return next(
        (child.start for child in parent.children if child.local in later), parent.close_start
    )


def worksheet_position(root: Node, local: str) -> int:
    """``local`` という子を入れるべき位置（バイト）。"""
    return _position(root, local, _WORKSHEET)


def workbook_position(root: Node, local: str) -> int:
    """workbook に ``local`` という子を入れるべき位置（バイト）。"""
    return _position(root, local, _WORKBOOK)
