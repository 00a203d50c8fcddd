"""Trains a Unigram tokenizer of the kind of T5 and XLM-R on texts of bench/corpora.mjs:

    python bench/train-unigram.py CORPUS.json PIECES OUT/tokenizer.json

by the trainer of the package tokenizers (0.23). Only the part `warm` is used, so that texts of the
part `unseen` are new to it. 32,000 pieces of English take 40 seconds of processor time. The ids are compared, and
the speed measured, by

    node bench/tokenize.mjs --tokenizer ./OUT
"""

import json
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

corpus, pieces, out = sys.argv[1:]
with open(corpus, encoding="utf-8") as file:
    texts = json.load(file)["warm"]
tokenizer = Tokenizer(models.Unigram())
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
)
trainer = trainers.UnigramTrainer(
    vocab_size=int(pieces),
    special_tokens=["<pad>", "</s>", "<unk>"],
    unk_token="<unk>",
    show_progress=False,
)
tokenizer.train_from_iterator(texts, trainer)
tokenizer.save(out)
