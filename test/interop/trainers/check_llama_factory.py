"""Its loading of tokenized rows and its collator, as its sft workflow calls them."""

import os
import sys
import types
from types import SimpleNamespace

import torch
import yaml
from losses import compare, llama
from tiny_tokenizer import tiny

# It asks for transformers up to 5.6, and for packages of versions that the other trainers do not take.
os.environ["DISABLE_VERSION_CHECK"] = "1"
# What it has for sound is imported with the rest.
for name in ("torchaudio", "torchaudio.functional"):
    sys.modules.setdefault(name, types.ModuleType(name))

from llamafactory.data import SFTDataCollatorWith4DAttentionMask, get_dataset
from llamafactory.data.template import TEMPLATES
from llamafactory.hparams import DataArguments


def check(lines, rows):
    exec(lines, {})
    config = yaml.safe_load("\n".join(line[4:] for line in lines.splitlines() if line.startswith("#   ")))
    arguments = DataArguments(**config)
    assert arguments.neat_packing and arguments.packing
    data = get_dataset(None, None, arguments, None, "sft", None)["train_dataset"]
    assert len(data) == len(rows.all)
    model, tokenizer = llama(), tiny()
    collator = SFTDataCollatorWith4DAttentionMask(
        template=TEMPLATES["empty"],
        tokenizer=tokenizer,
        model=model,
        pad_to_multiple_of=8,
        label_pad_token_id=-100,
        block_diag_attn=arguments.neat_packing,
        neat_packing=arguments.neat_packing,
        attn_implementation="eager",
        # Of the masks; attention is reckoned in float32 also where the model is of float64.
        compute_dtype=torch.float32,
    )
    for at in range(0, len(data), 2):
        batch = collator([data[i] for i in range(at, min(at + 2, len(data)))])
        compare(model, dict(batch), list(rows.parts_of(batch["input_ids"].tolist())))
