import { spendOnCharacters } from "./jinja/budget.js";
import { TemplateError } from "./jinja/values.js";

const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(
	" ",
);
const MONTHS =
	"January February March April May June July August September October November December".split(
		" ",
	);

/**
 * A day at midnight as Python's `strftime` writes it, in English.
 * @param day As in 2026-01-31.
 * @throws TemplateError for a directive that is not supported
 */
export function strftime(day: string, format: string): string {
	spendOnCharacters(format.length);
	const date = new Date(`${day}T00:00:00Z`);
	const [year, month, dayOfMonth] = day.split("-");
	const weekday = DAYS[date.getUTCDay()];
	const monthName = MONTHS[date.getUTCMonth()];
	const dayOfYear =
		(date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000 + 1;
	const directives: Readonly<Record<string, string>> = {
		Y: year,
		y: year.slice(2),
		m: month,
		d: dayOfMonth,
		e: String(date.getUTCDate()).padStart(2),
		b: monthName.slice(0, 3),
		h: monthName.slice(0, 3),
		B: monthName,
		a: weekday.slice(0, 3),
		A: weekday,
		j: String(dayOfYear).padStart(3, "0"),
		w: String(date.getUTCDay()),
		u: String(date.getUTCDay() || 7),
		F: day,
		H: "00",
		I: "12",
		M: "00",
		S: "00",
		f: "000000",
		p: "AM",
		T: "00:00:00",
		n: "\n",
		t: "\t",
		"%": "%",
	};
	return format.replace(/%(-?)(.)/gs, (all, short: string, name: string) => {
		if (!Object.hasOwn(directives, name))
			throw new TemplateError(`strftime_now does not support ${all}`);
		const text = directives[name];
		return short === "" ? text : text.replace(/^[0 ]+(?=.)/, "");
	});
}
