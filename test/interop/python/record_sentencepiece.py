"""Makes test/tokenizer/sentencepiece.recorded.json: small models of sentencepiece 0.2.3 and the ids that they give.

    pip install sentencepiece==0.2.3; python test/interop/python/record_sentencepiece.py
    npx biome check --write test/tokenizer/sentencepiece.recorded.json
"""

import base64
import io
import json
import tempfile
from pathlib import Path

import sentencepiece

root = Path(__file__).parents[3]
prose = root / "fixtures" / "prose"
lines = [
    line
    for file in sorted(prose.glob("chapter-00*.txt"))
    for line in file.read_text().split("\n")
    if line
] + ["e\u0301 <sep> \uff21 \u2460 \u304b\u3099 \u3042\u3044"] * 20
texts = [
    *["", " ", "  a  b ", "a\n\n  b", "\r\n\t", "\u2581 \u2581a", "the whale  and the ship", "aaaaaaaaa"],
    *["<s>a</s>", "<sep> the<sep>", "  <sep> ", "\uff1csep\uff1e", "e\u0301\u0301 \uff21\u2460", "\u304b\u3099\u3042\u3044"],
    *["\U0001f44d\u200d x\U0001f44d\U0001f44d", "\u0000\ufffd\ufeff", lines[0], lines[40] * 3],
]
user = {"user_defined_symbols": ["<sep>", "\u2581\u2581", "the", "\uff1c"]}
kept = {"remove_extra_whitespaces": False, "byte_fallback": True}
# Of rules that begin at a place the longest counts: that of "e" alone, or with its mark.
rules = Path(tempfile.mkdtemp()) / "rules.tsv"
rules.write_text("65\t45\n65 301\t45 301\n65 301 301\t20\nD A\t20\n9\t20\nA\t20\n2460\t31\n62\t\n")
ruled = {"normalization_rule_tsv": str(rules)}
recorded = []
for settings in [
    {"model_type": "unigram", "normalization_rule_name": "identity"},
    {"model_type": "unigram", "normalization_rule_name": "identity", **user, **kept},
    {"model_type": "unigram", **ruled},
    {"model_type": "unigram", **ruled, **user, **kept},
    {"model_type": "bpe", **ruled, **user},
    {"model_type": "bpe", "normalization_rule_name": "identity", **kept},
    {"model_type": "bpe", "normalization_rule_name": "identity", "add_dummy_prefix": False, **user},
    {"model_type": "bpe", "normalization_rule_name": "identity", "bos_id": -1, "eos_id": 1, "pad_id": 2, "unk_id": 0},
]:
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=file,
        vocab_size=500 if "byte_fallback" in settings else 250,
        hard_vocab_limit=False,
        minloglevel=2,
        self_test_sample_size=0,
        **settings,
    )
    model = sentencepiece.SentencePieceProcessor(model_proto=file.getvalue())
    recorded.append(
        {
            "settings": {name: value for name, value in settings.items() if name != "normalization_rule_tsv"},
            "model": base64.b64encode(file.getvalue()).decode(),
            "bos": model.bos_id(),
            "eos": model.eos_id(),
            "ids": model.encode(texts),
        }
    )
text = json.dumps({"texts": texts, "recorded": recorded})
(root / "test" / "tokenizer" / "sentencepiece.recorded.json").write_text(text + "\n")
