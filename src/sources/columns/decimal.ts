/**
 * A decimal as a text, with all of its digits.
 * @param unscaled A whole number, or one as bytes, the highest first (two's complement).
 * @param scale How many digits are after the point.
 */
export function decimalText(
	unscaled: number | bigint | Uint8Array,
	scale: number,
): string {
	const whole =
		unscaled instanceof Uint8Array ? wholeOf(unscaled) : BigInt(unscaled);
	if (scale <= 0) return String(whole);
	const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0");
	const sign = whole < 0n ? "-" : "";
	return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function wholeOf(bytes: Uint8Array): bigint {
	const hex = Buffer.from(bytes).toString("hex");
	return bytes.length === 0
		? 0n
		: BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
}
