import { required, text } from "../../core/option.js";
import { textOfField } from "../faults.js";
import type { Grouping } from "../grouping.js";
import { firstRecord } from "./paths.js";

const options = {
	field: required(
		text({
			placeholder: "name",
			help: "field whose values are alike in a group",
		}),
	),
};

export const key: Grouping<typeof options> = {
	meaning: "records with the same value in a field, such as a repository",
	options,
	prepare: ({ field }) => ({
		kind: "keyed",
		fields: [field],
		keyOf: (draft) => textOfField(firstRecord(draft), field),
	}),
};
