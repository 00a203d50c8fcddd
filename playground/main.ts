import { schedules } from "seqpack/curriculum";
import { decomposers, longDocuments } from "seqpack/decompose";
import { packers } from "seqpack/pack";
import { bind } from "./controls.js";
import { openPage } from "./page.js";

bind({
	packer: packers,
	decomposer: decomposers,
	schedule: schedules,
	longDocuments,
});
await openPage();
