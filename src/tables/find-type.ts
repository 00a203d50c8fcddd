import { type DataType, type Dictionary, Type } from "apache-arrow";

/** The first of a type and those within it that a condition holds for; null where there is none. */
export function findType(
	type: DataType,
	condition: (type: DataType) => boolean,
): DataType | null {
	if (condition(type)) return type;
	const within: DataType[] =
		type.typeId === Type.Dictionary
			? [(type as Dictionary).dictionary]
			: (type.children ?? []).map((child) => child.type);
	for (const each of within) {
		const found = findType(each, condition);
		if (found !== null) return found;
	}
	return null;
}
