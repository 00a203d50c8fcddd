/** Does something as a user whom permissions hold for: root, as tests run in containers, may do all. */
export async function asNobody(action: () => Promise<void>): Promise<void> {
	const isRoot = process.getuid?.() === 0;
	if (isRoot) process.seteuid?.(65534);
	try {
		await action();
	} finally {
		if (isRoot) process.seteuid?.(0);
	}
}
