"""Ids of texts, and what they are decoded to, by mistral-common, tiktoken and sentencepiece: check_vocabularies.py DIRECTORY, which texts.json is in.

Writes the files of tokenizers and what ids they give: tekken.json of mistral-common, with its first tokens
as ranks of tiktoken too; models of SentencePiece of mistral-common, and small ones trained on the texts.
"""

import base64
import io
import json
import shutil
import sys
from pathlib import Path

import mistral_common
import sentencepiece
import tiktoken
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tiktoken_ext import openai_public


def pattern_of(name):
    """The expression of an encoding, without fetching its ranks."""
    openai_public.load_tiktoken_bpe = lambda *args, **kwargs: {}
    return getattr(openai_public, name)()["pat_str"]


directory = Path(sys.argv[1])
texts = json.loads((directory / "texts.json").read_text())
tekken = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
shutil.copy(tekken, directory / "tekken.json")
model = Tekkenizer.from_file(tekken)

vocabulary = json.loads(tekken.read_text())["vocab"]
ids = {"tekken.json": [model.encode(text, bos=False, eos=False) for text in texts]}
# As many ranks as the encoding of that name has ids before its special tokens, or all.
for name, ranks, pattern in [
    ("r50k_base", 50256, openai_public.r50k_pat_str),
    ("cl100k_base", 100256, pattern_of("cl100k_base")),
    ("o200k_base", 150000, pattern_of("o200k_base")),
]:
    chosen = vocabulary[:ranks]
    (directory / f"{name}.tiktoken").write_text(
        "".join(f"{token['token_bytes']} {token['rank']}\n" for token in chosen)
    )
    encoding = tiktoken.Encoding(
        name,
        pat_str=pattern,
        mergeable_ranks={base64.b64decode(token["token_bytes"]): token["rank"] for token in chosen},
        special_tokens={},
    )
    ids[f"{name}.tiktoken"] = [encoding.encode(text, disallowed_special=()) for text in texts]

models = {path.name: path.read_bytes() for path in tekken.parent.glob("*.model*")}
user_defined = ["<sep>", "ab c", "\u2581\u2581", "e\u0301", "\uff1c", "the"]
for model_type in ["unigram", "bpe"]:
    for settings in [
        {"normalization_rule_name": "nmt_nfkc"},
        {"normalization_rule_name": "nmt_nfkc_cf", "byte_fallback": True, "add_dummy_prefix": False},
        {"normalization_rule_name": "nfkc", "user_defined_symbols": user_defined, "remove_extra_whitespaces": False},
        {"normalization_rule_name": "identity", "user_defined_symbols": user_defined, "byte_fallback": True},
    ]:
        file = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=(line for text in texts for line in text.split("\n") if line),
            model_writer=file,
            model_type=model_type,
            vocab_size=1500,
            hard_vocab_limit=False,
            character_coverage=0.999,
            minloglevel=2,
            **settings,
        )
        models[f"{model_type}-{settings['normalization_rule_name']}.model"] = file.getvalue()
decoded = {}
for name, content in models.items():
    (directory / name).write_bytes(content)
    processor = sentencepiece.SentencePieceProcessor(model_proto=content)
    ids[name] = processor.encode(texts)
    # The package shows what is unknown as a sign of its own.
    decoded[name] = [
        None if processor.unk_id() in of_text else processor.decode(of_text) for of_text in ids[name]
    ]
(directory / "ids.json").write_text(json.dumps(ids))
(directory / "decoded.json").write_text(json.dumps(decoded))
