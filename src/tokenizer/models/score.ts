const LONGEST = 19;

/**
 * A number as the Rust library reads it, which is not always the nearest one: it divides all
 * digits by a power of ten (serde_json without `float_roundtrip`). Of two paths of equal scores it tells which is better.
 * @param value As JSON.parse reads it: the digits are taken to be the fewest that stand for it, as programs write them.
 */
export function scoreInRust(value: number): number {
	const found = /^-?(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
	if (found === null) return value;
	const [, whole, fraction = "", power = "0"] = found;
	const isInteger = fraction === "" && power === "0";
	if (isInteger || whole.length + fraction.length > LONGEST) return value;
	let score = Number(whole + fraction);
	let exponent = Number(power) - fraction.length;
	for (; exponent < -308; exponent += 308) score /= 1e308;
	const scale = Number(`1e${Math.abs(exponent)}`);
	score = exponent < 0 ? score / scale : score * scale;
	return value < 0 ? -score : score;
}
