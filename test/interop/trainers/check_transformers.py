import trainer_batches
from losses import llama

# What the card leaves to its reader: one row a batch, on a processor.
MORE = 'use_cpu=True, per_device_train_batch_size=1, report_to="none"'


def check(lines, rows):
    namespace = {"model": llama()}
    exec(lines.replace("remove_unused_columns=False)", f"remove_unused_columns=False, {MORE})"), namespace)
    trainer_batches.check(namespace["trainer"], namespace["model"], rows)
