import trainer_batches
from losses import llama
from tiny_tokenizer import tiny

# What the card leaves to its reader: one row a batch, on a processor.
MORE = 'use_cpu=True, per_device_train_batch_size=1, report_to="none", bf16=False'


def check(lines, rows):
    # A model on the Hub has its tokenizer beside it; one that was just made does not.
    namespace = {"model": llama(), "tokenizer": tiny()}
    lines = lines.replace("train_dataset=rows)", "train_dataset=rows, processing_class=tokenizer)")
    exec(lines.replace("max_length=None)", f"max_length=None, {MORE})"), namespace)
    trainer_batches.check(namespace["trainer"], namespace["model"], rows)
