"""The loss and the gradient of rows, and those of their sequences one by one."""

import numpy as np
import torch


def llama():
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=4096,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=1024,
        attn_implementation="eager",
    )
    return LlamaForCausalLM(config).double()


def compare(model, batch, parts):
    """The same for what a trainer's collator gives to a model of transformers."""
    labels = batch["labels"]
    logits = model(**{k: v for k, v in batch.items() if k != "labels"}, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), reduction="sum")
    count = int((labels[:, 1:] != -100).sum())
    compare_loss(model, loss, count, parts, lambda ids: model(input_ids=ids).logits)


def compare_loss(model, loss, count, parts, logits_of):
    """A sum of losses, its gradient and its number of labels are those of the sequences one by one."""
    model.zero_grad()
    loss.backward()
    found = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    due, labels = _alone(parts, logits_of)
    due.backward()
    assert count == labels, f"{count} labels of {labels}"
    assert abs(loss.item() - due.item()) < 1e-6 * abs(due.item()), (loss.item(), due.item())
    for a, p in zip(found, model.parameters()):
        # Norms are reckoned in float32.
        assert (a - p.grad).abs().max() < 1e-5 * p.grad.abs().max(), "another gradient"


def _alone(parts, logits_of):
    total, count = 0, 0
    for ids, trained in parts:
        if not trained.any():
            continue
        labels = torch.tensor(np.where(trained, ids, -100))
        logits = logits_of(torch.tensor(ids)[None])[0]
        total = total + torch.nn.functional.cross_entropy(logits[:-1], labels[1:], reduction="sum")
        count += int(trained.sum())
    return total, count
