"""The batches of a transformers Trainer, of which each is a row."""

import torch

from losses import compare


def check(trainer, model, rows):
    count = 0
    for batch in trainer.get_train_dataloader():
        batch = {k: v for k, v in batch.items() if isinstance(v, torch.Tensor)}
        assert "attention_mask" not in batch
        compare(model, batch, list(rows.parts_of(batch["input_ids"].tolist())))
        count += 1
    assert count == len(rows.all), (count, len(rows.all))
