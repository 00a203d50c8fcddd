/** Of digits and a point: as many digits as 64 bits have room for. */
const LONGEST = 20;

/**
 * A number as the Rust library reads it, which is not always the nearest one: it divides all
 * digits by a power of ten (serde_json without `float_roundtrip`). Of two paths of equal scores it tells which is better.
 * @param value As JSON.parse reads it: the digits are taken to be the fewest that stand for it, as programs write them.
 */
export function scoreInRust(value: number): number {
	const text = String(Math.abs(value));
	const power = text.indexOf("e");
	const digits = power === -1 ? text : text.slice(0, power);
	const point = digits.indexOf(".");
	const isInteger = point === -1 && power === -1;
	if (isInteger || digits.length > LONGEST) return value;
	const fraction = point === -1 ? "" : digits.slice(point + 1);
	const whole = point === -1 ? digits : digits.slice(0, point);
	let score = Number(whole + fraction);
	let exponent =
		(power === -1 ? 0 : Number(text.slice(power + 1))) - fraction.length;
	for (; exponent < -308; exponent += 308) score /= 1e308;
	const scale = powersOfTen[Math.abs(exponent)];
	score = exponent < 0 ? score / scale : score * scale;
	return value < 0 ? -score : score;
}

const powersOfTen = Float64Array.from({ length: 309 }, (_, n) =>
	Number(`1e${n}`),
);
