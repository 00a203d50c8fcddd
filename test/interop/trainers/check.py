"""Loads a dataset by the lines of its card, and compares what a model makes of its rows with what
it makes of their sequences alone: python check.py TRAINER DIRECTORY"""

import glob
import os
import re
import sys
import tempfile
import types
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

trainer, directory = sys.argv[1:]
warnings.filterwarnings("ignore")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HOME", tempfile.mkdtemp())
os.chdir(tempfile.mkdtemp())

card = open(f"{directory}/README.md").read().split("\n## For ")[1]
language, lines = re.search(r"```(python|yaml)\n(.*?)\n```", card, re.S).groups()
lines = lines.replace("path/to/this/directory", directory)


def rows_of():
    """The rows as another reader has them."""
    for path in sorted(glob.glob(f"{directory}/data/train*")):
        if path.endswith(".parquet"):
            yield from pq.read_table(path).to_pylist()
        else:
            with pa.memory_map(path) as source:
                yield from pa.ipc.open_stream(source).read_all().to_pylist()


def sequences(row):
    """The ids of each sequence of a row, and which of them are labels."""
    ends = np.cumsum(row["seq_lengths"])
    mask = row.get("loss_mask") or [1] * len(row["input_ids"])
    for start, end in zip(ends - row["seq_lengths"], ends):
        trained = np.array(mask[start:end], bool)
        trained[0] = False
        yield np.array(row["input_ids"][start:end]), trained


rows = list(rows_of())
assert len(rows) > 3, "there is too little to compare"

if trainer != "maxtext":
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=4096,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
            attn_implementation="eager",
        )
    ).double()

    def alone(parts):
        """The sum of the losses of sequences one by one, and how many labels they have."""
        total, count = 0, 0
        for ids, trained in parts:
            labels = torch.tensor(np.where(trained, ids, -100))[None]
            if not trained.any():
                continue
            logits = model(input_ids=torch.tensor(ids)[None]).logits
            losses = torch.nn.functional.cross_entropy(logits[0, :-1], labels[0, 1:], reduction="sum")
            total, count = total + losses, count + int(trained.sum())
        return total, count

    def compare(batch, parts):
        """The loss and the gradient of a batch are those of its sequences one by one."""
        labels = batch["labels"]
        model.zero_grad()
        logits = model(**{k: v for k, v in batch.items() if k != "labels"}, use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), reduction="sum"
        )
        loss.backward()
        found = [p.grad.clone() for p in model.parameters()]
        model.zero_grad()
        due, count = alone(parts)
        due.backward()
        assert int((labels[:, 1:] != -100).sum()) == count, "other labels"
        assert abs(loss.item() - due.item()) < 1e-6 * abs(due.item()), (loss.item(), due.item())
        for a, p in zip(found, model.parameters()):
            # Llama's norms are reckoned in float32.
            assert (a - p.grad).abs().max() < 1e-5 * p.grad.abs().max(), "another gradient"

    def parts_of(batch):
        """The sequences of the rows of a batch, which may be in another order than those of the dataset."""
        known = {tuple(row["input_ids"]): row for row in rows}
        ids = batch["input_ids"].tolist()
        for of_row in ids:
            row = known.get(tuple(of_row))
            if row is None:
                row = next(r for key, r in known.items() if tuple(of_row[: len(key)]) == key)
            yield from sequences(row)


if trainer in ("trl", "transformers"):
    namespace = {"model": model}
    if trainer == "trl":
        from tokenizers import Tokenizer, models
        from transformers import PreTrainedTokenizerFast

        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.WordLevel({"<eos>": 0}, unk_token="<eos>")),
            eos_token="<eos>",
            pad_token="<eos>",
        )
        # A model on the Hub has its tokenizer beside it; one that was just made does not.
        lines = lines.replace("train_dataset=rows)", "train_dataset=rows, processing_class=tokenizer)")
        lines = lines.replace("max_length=None)", 'max_length=None, use_cpu=True, per_device_train_batch_size=1, report_to="none", bf16=False)')
        namespace["tokenizer"] = tokenizer
    else:
        lines = lines.replace("remove_unused_columns=False)", 'remove_unused_columns=False, use_cpu=True, per_device_train_batch_size=1, report_to="none")')
    exec(lines, namespace)
    batches = 0
    for batch in namespace["trainer"].get_train_dataloader():
        batch = {k: v for k, v in batch.items() if isinstance(v, torch.Tensor)}
        assert "attention_mask" not in batch
        compare(batch, list(parts_of(batch)))
        batches += 1
    assert batches == len(rows), (batches, len(rows))

elif trainer == "llama-factory":
    exec(lines, {})
    from datasets import load_from_disk

    # Loading its collator loads all that it has for images and sound.
    for name in ("torchaudio", "torchaudio.functional", "torchvision", "av"):
        sys.modules.setdefault(name, types.ModuleType(name))
    import importlib.util

    source = importlib.util.find_spec("llamafactory").submodule_search_locations[0]
    text = open(f"{source}/data/collator.py").read()
    function = re.search(r"\ndef prepare_4d_attention_mask\(.*?\n\n\n", text, re.S).group(0)
    namespace = {"torch": torch}
    exec(function, namespace)
    tokenized = load_from_disk("tokenized")
    assert tokenized.column_names == ["input_ids", "attention_mask", "position_ids", "labels"], tokenized.column_names
    assert len(tokenized) == len(rows)
    for row in tokenized:
        batch = {k: torch.tensor(v)[None] for k, v in row.items()}
        batch["attention_mask"] = namespace["prepare_4d_attention_mask"](batch["attention_mask"], torch.float64)
        compare(batch, list(parts_of(batch)))

elif trainer == "axolotl":
    import inspect

    import yaml
    from axolotl.utils.collators.batching import V2BatchSamplerDataCollatorForSeq2Seq
    from datasets import load_dataset
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    config = yaml.safe_load(lines)
    assert config["remove_unused_columns"] and config["sample_packing"] and config["sequence_len"] == 256
    data = load_dataset(config["datasets"][0]["path"], split="train")
    assert {"input_ids", "attention_mask", "labels"} <= set(data.features)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"<eos>": 0}, unk_token="<eos>")), pad_token="<eos>"
    )
    # As Axolotl's preparation and the Trainer do.
    data = data.map(lambda row: {"position_ids": list(range(len(row["input_ids"])))})
    keep = set(inspect.signature(model.forward).parameters)
    data = data.remove_columns([name for name in data.column_names if name not in keep])
    collator = V2BatchSamplerDataCollatorForSeq2Seq(tokenizer, padding=True)
    for at in range(0, len(data) - 2, 3):
        features = [data[i] for i in range(at, at + 3)]
        out = collator([features])
        due = np.concatenate([[i + 1] * len(f["input_ids"]) for i, f in enumerate(features)])
        assert (out["attention_mask"][0].numpy()[: len(due)] == due).all()
        numbers = out["attention_mask"]
        later = torch.ones(*2 * numbers.shape[1:], dtype=torch.bool).tril()
        batch = {
            **{k: v for k, v in out.items() if k in ("input_ids", "labels", "position_ids")},
            # Its kernels take sequences apart by these numbers; here a mask does.
            "attention_mask": torch.zeros(1, 1, *2 * out["attention_mask"].shape[1:]).double().masked_fill(
                ~((numbers[:, None, :, None] == numbers[:, None, None, :]) & later), -torch.inf
            ),
        }
        compare(batch, [part for i in range(at, at + 3) for part in sequences(rows[i])])

elif trainer == "maxtext":
    import yaml
    from grain.experimental import FirstFitPackIterDataset, ParquetIterDataset

    config = yaml.safe_load(lines)
    paths = sorted(glob.glob(config["grain_train_files"]))
    assert config["train_data_columns"] == ["input_ids"] and not config["tokenize_train_data"]
    length = config["max_target_length"]
    data = ParquetIterDataset(paths[0])
    data = data.map(lambda row: {"inputs": np.array(row["input_ids"])})
    packed = FirstFitPackIterDataset(data, length_struct={"inputs": length}, num_packing_bins=4)
    due = sorted(tuple(row["input_ids"]) for row in rows_of())
    found = []
    for row in packed:
        segments = row["inputs_segment_ids"] if "inputs_segment_ids" in row else row[1]["inputs"]
        for segment in range(1, segments.max() + 1):
            found.append(tuple(int(i) for i in row["inputs"][segments == segment]))
    assert sorted(found) == due, "other sequences"

print(f"  {trainer}: the same")
