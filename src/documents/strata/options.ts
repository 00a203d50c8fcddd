import { choice, entryOf, grouped, integer, text } from "../../core/option.js";
import { lengthUnits } from "../../strata/length-units.js";

/** What has the length that strata go by. */
export const lengthsOf = ["text", "output"] as const;

/** How documents are told apart by their lengths. */
export const strataTable = grouped("Strata", {
	strata: text({
		placeholder: "ranges",
		help: "names and ranges of lengths, such as 10:5-15,30:25-35,>40:40-; 5-15 is above 5 and up to 15",
		defaultText: "none",
	}),
	lengthOf: choice(lengthsOf, {
		help: "what is measured: the whole text, or the last answer of a conversation",
		defaultText: "text",
	}),
	lengthUnit: entryOf(lengthUnits, {
		help: "the unit of lengths",
		defaultText: lengthUnits.names[0],
	}),
	perStratum: integer({
		least: 1,
		help: "how many records to take of each stratum, chosen by a hash of the seed and their texts; those in no stratum are left out",
		defaultText: "all, and those in no stratum",
	}),
	tag: text({
		placeholder: "template",
		help: "a tag to put before each text (or answer) in a stratum, such as '[MLT:{name}]'; it is trained on",
		defaultText: "none",
	}),
	splitStrata: text({
		placeholder: "ranges",
		help: "lengths of the splits train, validation and test, such as train:0-20,test:20-100; those in no split are left out",
		defaultText: "none",
	}),
});
