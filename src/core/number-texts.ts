/** 1234567 as "1,234,567". */
export function grouped(number: number): string {
	return number.toLocaleString("en-US");
}

/** "1 row", "2 rows". */
export function counted(number: number, one: string, many = `${one}s`): string {
	return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** Bytes as "1.2 MB" (powers of 1000). */
export function bytesText(bytes: number): string {
	const units = ["bytes", "kB", "MB", "GB", "TB"];
	let unit = 0;
	let value = bytes;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	if (bytes === 1) return "1 byte";
	return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** A share as "99.87 %". */
export function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}

/** Seconds as "4.2 s", "3 m 20 s" or "2 h 05 m". */
export function durationText(seconds: number): string {
	if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
	const minutes = Math.round(whole / 60);
	return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** A number for an axis: in full below 100,000, as "123k" or "1.2M" above. */
export function shortNumber(number: number): string {
	if (Math.abs(number) < 99_999.5)
		return grouped(Math.round(number * 100) / 100);
	const units = ["k", "M", "G", "T", "P"];
	let value = number / 1000;
	let unit = 0;
	while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${Number(value.toPrecision(3))}${units[unit]}`;
}

/** Whole seconds as "42 s", "3 m 20 s" or "2 h 05 m". */
export function leftText(seconds: number): string {
	return seconds < 59.5
		? `${Math.max(1, Math.round(seconds))} s`
		: durationText(seconds);
}

/** A power of two for an axis: in full below 16,384, then as "16K" or "1M", powers of 1024. */
export function powerText(power: number): string {
	if (power < 2 ** 14) return grouped(power);
	const [by, unit] = power < 2 ** 20 ? [2 ** 10, "K"] : [2 ** 20, "M"];
	return `${grouped(power / Number(by))}${unit}`;
}
