"""The loader and the loss of its recipe, with a small model of its own."""

import importlib.util
from contextlib import nullcontext
from types import SimpleNamespace

import torch
from losses import compare_loss
from omegaconf import OmegaConf
from torchtune.models.llama3 import llama3
from torchtune.modules.loss import CEWithChunkedOutputLoss

BATCH = 2


def recipe_class():
    """Recipes are files, and no modules."""
    torchtune = importlib.util.find_spec("torchtune").submodule_search_locations[0]
    path = f"{torchtune}/../recipes/full_finetune_single_device.py"
    spec = importlib.util.spec_from_file_location("recipe", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FullFinetuneRecipeSingleDevice


def check(lines, rows):
    torch.manual_seed(0)
    recipe = recipe_class()
    # What its setup makes of the rest of a configuration.
    self = recipe.__new__(recipe)
    self._device = torch.device("cpu")
    self._tokenizer = SimpleNamespace(pad_id=0)
    self._model = llama3(
        vocab_size=4096, num_layers=2, num_heads=4, num_kv_heads=4, embed_dim=32, max_seq_len=1024, intermediate_dim=64
    ).double()
    self._loss_fn = CEWithChunkedOutputLoss()
    self.activations_handling_ctx = nullcontext()
    self.ignore_labels_cache = torch.full((BATCH, 1), self._loss_fn.ignore_index)

    config = OmegaConf.create(lines)
    options = {"shuffle": True, "batch_size": BATCH, "collate_fn": "torchtune.data.padded_collate_sft"}
    batches = 0
    for batch in self._setup_data(cfg_dataset=config.dataset, **options):
        assert batch["mask"].shape == (BATCH, 256, 256)
        parts = list(rows.parts_of(batch["tokens"].tolist()))
        # As its training loop does.
        count = int((batch["labels"] != self._loss_fn.ignore_index).sum())
        self._model.set_num_output_chunks(self._loss_fn.num_output_chunks)
        loss = self._loss_step(batch) * count
        self._model.set_num_output_chunks(0)
        compare_loss(self._model, loss, count, parts, self._model)
        batches += 1
    assert batches == len(rows.all) // BATCH, (batches, len(rows.all))
