"""MaxText itself is not run: Grain, which it takes rows from and packs them with, is."""

import glob

import numpy as np
import yaml
from grain.experimental import FirstFitPackIterDataset, ParquetIterDataset


def check(lines, rows):
    config = yaml.safe_load(lines)
    paths = sorted(glob.glob(config["grain_train_files"]))
    assert config["train_data_columns"] == ["input_ids"] and not config["tokenize_train_data"]
    length = config["max_target_length"]
    data = ParquetIterDataset(paths[0]).map(lambda row: {"inputs": np.array(row["input_ids"])})
    packed = FirstFitPackIterDataset(data, length_struct={"inputs": length}, num_packing_bins=4)
    found = []
    for row in packed:
        segments = row["inputs_segment_ids"] if "inputs_segment_ids" in row else row[1]["inputs"]
        for segment in range(1, segments.max() + 1):
            found.append(tuple(int(i) for i in row["inputs"][segments == segment]))
    assert sorted(found) == sorted(tuple(row["input_ids"]) for row in rows.all), "other sequences"
