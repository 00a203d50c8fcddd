"""The decomposition of documents as the paper's authors write it, on lengths alone.

Reads int32 lengths from a file; prints milliseconds, and sequences by log2 of the length.
Run by bench/decompose.mjs; needs Python alone.
"""

import array
import json
import math
import sys
import time

lengths = array.array("i")
with open(sys.argv[1], "rb") as file:
    lengths.frombytes(file.read())
low, high = int(sys.argv[2]), int(sys.argv[3])

began = time.perf_counter()
counts = {}
pieces = []
for document, total in enumerate(lengths):
    start = 0
    while total - start > 0:
        k = min(high, int(math.log2(total - start)))
        if k < low:
            break
        pieces.append((document, start, 2**k))
        counts[k] = counts.get(k, 0) + 1
        start += 2**k
milliseconds = 1000 * (time.perf_counter() - began)
print(json.dumps({"milliseconds": milliseconds, "counts": counts}))
