// A tar of some members, byte by byte, so that any of them can be wrong.

export interface Member {
	name: string;
	content?: Uint8Array | string;
	/** The type's letter; default "0". */
	type?: string;
	/** The size that the header states; default that of the content. */
	size?: number | string;
	/** Added to the checksum. */
	wrongBy?: number;
}

/** @param end Blocks of zeros at the end. */
export function tarOf(members: readonly Member[], end = 2): Buffer {
	return Buffer.concat([...members.map(memberBytes), Buffer.alloc(512 * end)]);
}

export function memberBytes({
	name,
	content = "",
	type = "0",
	size,
	wrongBy = 0,
}: Member): Buffer {
	const body = Buffer.from(content);
	const header = Buffer.alloc(512);
	header.write(name, 0, 100);
	header.write("0000644\x000000000\x000000000\0", 100);
	const stated = size ?? body.length;
	header.write(
		typeof stated === "string" ? stated : octal(stated, 11),
		124,
		"latin1",
	);
	header.write(octal(0, 11), 136);
	header.write("        ", 148);
	header.write(type, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((sum, byte) => sum + byte, wrongBy);
	header.write(`${octal(sum, 6)}\0 `, 148);
	return Buffer.concat([header, body, Buffer.alloc(-body.length & 511)]);
}

/** A member with an extended header before it. */
export function paxMember(
	fields: Record<string, string>,
	member: Member,
): Buffer {
	const content = Buffer.concat(Object.entries(fields).map(paxField));
	const header = memberBytes({ name: "PaxHeader", type: "x", content });
	return Buffer.concat([header, memberBytes(member)]);
}

function paxField([name, value]: [string, string]): Buffer {
	const rest = Buffer.from(` ${name}=${value}\n`);
	let length = rest.length;
	while (length !== rest.length + `${length}`.length)
		length = rest.length + `${length}`.length;
	return Buffer.concat([Buffer.from(`${length}`), rest]);
}

function octal(value: number, digits: number): string {
	return value.toString(8).padStart(digits, "0");
}
