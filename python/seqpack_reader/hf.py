"""Packed rows, and batches of a plan, for Hugging Face transformers."""

from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import DataCollatorWithFlattening, Trainer

from .batches import Batch
from .columns import IGNORE
from .errors import SeqpackError
from .groups import require_no_groups

# What a causal model takes of a batch; with any attention mask documents would attend to each other.
_OF_MODEL = ("input_ids", "position_ids", "labels")


class PackedCollator(DataCollatorWithFlattening):
    """Packed rows of `load_dataset` as one row without padding, whose documents do not see each other.

    Alone, DataCollatorWithFlattening takes a row for one document. Needs
    `TrainingArguments(remove_unused_columns=False)`.
    """

    def __call__(self, features: list[dict[str, Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
        documents = [document for feature in features for document in _documents(feature)]
        return super().__call__(documents, *args, **kwargs)


def _documents(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A packed row, document by document; what is not to be trained on is no label."""
    columns = {"input_ids": list(row["input_ids"])}
    if "loss_mask" in row:
        pairs = zip(columns["input_ids"], row["loss_mask"], strict=True)
        columns["labels"] = [token if is_label else IGNORE for token, is_label in pairs]
    elif "labels" in row:
        columns["labels"] = list(row["labels"])
    documents = []
    start = 0
    for length in row["seq_lengths"]:
        document = {name: values[start : start + length] for name, values in columns.items()}
        if length > 0 and document.get("labels", [IGNORE])[0] != IGNORE:
            raise SeqpackError(
                "shifted",
                "the labels of a row are shifted, and transformers shifts them itself: build the dataset again without --shift.",
            )
        documents.append(document)
        start += length
    return documents


class SeqpackTrainer(Trainer):
    """A Trainer whose `train_dataset` is `Batches(plan, columns=["position_ids", "labels"])`.

    Each rank reads its own share: Trainer's own loader would share the shares out again. The plan says how
    many rows a step has, not `per_device_train_batch_size`; `gradient_accumulation_steps` stays 1.
    """

    def get_train_dataloader(self) -> DataLoader:
        require_no_groups(self.train_dataset.plan.info, "Trainer takes for steps")
        return DataLoader(
            self.train_dataset,
            batch_size=None,
            collate_fn=model_inputs,
            num_workers=self.args.dataloader_num_workers,
            pin_memory=self.args.dataloader_pin_memory and torch.cuda.is_available(),
        )


def model_inputs(batch: Batch) -> dict[str, torch.Tensor]:
    """What a causal model takes of a batch, in rows also where it is flat."""
    return {name: torch.atleast_2d(batch[name]) for name in _OF_MODEL if name in batch}
