"""計画を、機械で読める表（オープンデータ）にする段階。計算だけで、ファイルは書かない。"""

from sheetgen.opendata.building import build_dataset, dataset_notes
from sheetgen.opendata.writing import csv_bytes, json_bytes

__all__ = ["build_dataset", "csv_bytes", "dataset_notes", "json_bytes"]
