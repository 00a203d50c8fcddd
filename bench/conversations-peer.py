"""What bench/conversations.mjs does, by datasets and transformers; prints a digest.

python3 bench/conversations-peer.py JSONL MODEL TEMPLATE CACHE
"""

import hashlib
import sys

import numpy as np
from datasets import load_dataset
from transformers import PreTrainedTokenizerFast

path, model, template, cache = sys.argv[1:]
tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{model}/tokenizer.json")
with open(template, encoding="utf-8") as file:
    tokenizer.chat_template = file.read()


def render(record):
    made = tokenizer.apply_chat_template(
        record["messages"],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    return {"input_ids": made["input_ids"], "mask": made["assistant_masks"]}


data = load_dataset("json", data_files=path, split="train", cache_dir=cache)
data = data.map(render, remove_columns=data.column_names)
all_ids, all_masks = hashlib.sha256(), hashlib.sha256()
for batch in data.with_format("arrow").iter(1000):
    ids = batch["input_ids"].combine_chunks().flatten()
    masks = batch["mask"].combine_chunks().flatten()
    all_ids.update(ids.to_numpy().astype(np.int32))
    all_masks.update(masks.to_numpy().astype(np.int32))
print(all_ids.hexdigest() + all_masks.hexdigest())
