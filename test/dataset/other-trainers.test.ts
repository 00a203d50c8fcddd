import { expect, test } from "vitest";
import { otherTrainers } from "../../src/dataset/trainers/other-trainers.js";
import { trainers } from "../../src/dataset/trainers/trainers.js";

test.each(otherTrainers.entries())(
	"%s has what is easily left out in its lines, and a page of its own",
	(name, { load, key, traps }) => {
		expect(load.lines.join("\n")).toContain(key);
		expect(trainers.names).not.toContain(name);
		for (const trap of traps) expect(trap).toMatch(/\.$/);
	},
);
