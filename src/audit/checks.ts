import { registry } from "../core/registry.js";
import type { Check } from "./check.js";
import { allTrained } from "./checks/all-trained.js";
import { bosDoubled } from "./checks/bos-doubled.js";
import { bosMissing } from "./checks/bos-missing.js";
import { cutLabels } from "./checks/cut-labels.js";
import { eosBorders } from "./checks/eos-borders.js";
import { fill } from "./checks/fill.js";
import { firstToken } from "./checks/first-token.js";
import { guessedBorders } from "./checks/guessed-borders.js";
import { hiddenBorders } from "./checks/hidden-borders.js";
import { labelsAcrossBorders } from "./checks/labels-across-borders.js";
import { labelsDiffer } from "./checks/labels-differ.js";
import { lostDocuments } from "./checks/lost-documents.js";
import { lostLabels } from "./checks/lost-labels.js";
import { nothingTrained } from "./checks/nothing-trained.js";
import { padding } from "./checks/padding.js";
import { paddingSequences } from "./checks/padding-sequences.js";
import { paddingTrained } from "./checks/padding-trained.js";
import { splitDocuments } from "./checks/split-documents.js";
import { unevenShards } from "./checks/uneven-shards.js";
import { unknownSequences } from "./checks/unknown-sequences.js";
import { unusable } from "./checks/unusable.js";
import { vocabulary } from "./checks/vocabulary.js";

const entries = {
	unusable,
	vocabulary,
	"lost-documents": lostDocuments,
	"split-documents": splitDocuments,
	"unknown-sequences": unknownSequences,
	"eos-borders": eosBorders,
	"guessed-borders": guessedBorders,
	"bos-missing": bosMissing,
	"bos-doubled": bosDoubled,
	"hidden-borders": hiddenBorders,
	"labels-across-borders": labelsAcrossBorders,
	"labels-differ": labelsDiffer,
	"nothing-trained": nothingTrained,
	"all-trained": allTrained,
	"lost-labels": lostLabels,
	"cut-labels": cutLabels,
	"first-token": firstToken,
	"padding-trained": paddingTrained,
	"padding-sequences": paddingSequences,
	padding,
	fill,
	"uneven-shards": unevenShards,
};

/** Every check, in the order in which findings are told. */
export const auditChecks = registry<keyof typeof entries, Check>(
	"check",
	entries,
);
