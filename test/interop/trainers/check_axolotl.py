"""Its preparation of datasets and its collator. It tells its makers what is run unless AXOLOTL_DO_NOT_TRACK is set."""

import inspect
import os

os.environ["AXOLOTL_DO_NOT_TRACK"] = "1"

import numpy as np
import torch
import yaml
from axolotl.utils.collators.batching import V2BatchSamplerDataCollatorForSeq2Seq
from axolotl.utils.data.sft import prepare_datasets
from axolotl.utils.dict import DictDefault
from losses import compare, llama
from rows import sequences
from tiny_tokenizer import tiny


def check(lines, rows):
    config = yaml.safe_load(lines)
    assert config["remove_unused_columns"] and config["sequence_len"] == 256
    # What its checks of a configuration fill in.
    filled = {"dataset_prepared_path": "prepared", "seed": 1, "val_set_size": 0.0}
    filled |= {"micro_batch_size": 1, "batch_size": 1, "num_epochs": 1, "gradient_accumulation_steps": 1, "world_size": 1}
    filled |= {"shuffle_merged_datasets": False, "sample_packing_eff_est": 1.0}
    data, _, _, _ = prepare_datasets(DictDefault(config | filled), tiny())
    model = llama()
    # As the Trainer does where unused columns are removed.
    keep = set(inspect.signature(model.forward).parameters)
    data = data.remove_columns([name for name in data.column_names if name not in keep])
    known = {tuple(row["input_ids"]): row for row in rows.all}
    trained = [row for row in rows.all if any(mask.any() for _, mask in sequences(row))]
    assert len(data) == len(trained), (len(data), len(trained))
    collator = V2BatchSamplerDataCollatorForSeq2Seq(tiny(), padding=True)
    for at in range(0, len(data), 3):
        features = [data[i] for i in range(at, min(at + 3, len(data)))]
        out = collator([features])
        numbers = out["attention_mask"]
        due = np.concatenate([[i + 1] * len(f["input_ids"]) for i, f in enumerate(features)])
        assert (numbers[0].numpy()[: len(due)] == due).all()
        later = torch.ones(*2 * numbers.shape[1:], dtype=torch.bool).tril()
        seen = (numbers[:, None, :, None] == numbers[:, None, None, :]) & later
        batch = {
            **{name: out[name] for name in ("input_ids", "labels", "position_ids")},
            # Its kernels take sequences apart by these numbers; here a mask does.
            "attention_mask": torch.zeros(seen.shape, dtype=torch.float64).masked_fill(~seen, -torch.inf),
        }
        compare(model, batch, [part for f in features for part in sequences(known[tuple(f["input_ids"])])])
