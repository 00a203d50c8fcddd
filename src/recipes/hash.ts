const imul = Math.imul;

/**
 * 64 bits that tell a text from others, as two integers: two runs of the mixing of MurmurHash3
 * (Austin Appleby) over its UTF-16 units. For spreading and drawing, not for secrets.
 */
export function hashOfText(text: string): [number, number] {
	let a = 0x9368e53c ^ text.length;
	let b = 0x586dcd20;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		a = imul(a ^ unit, 0xcc9e2d51);
		a = (a << 15) | (a >>> 17);
		b = imul(b + unit, 0x1b873593) ^ (a >>> 3);
		b = (b << 13) | (b >>> 19);
	}
	a = finished(a ^ imul(b, 5));
	b = finished(b ^ imul(a, 9));
	return [a >>> 0, b >>> 0];
}

function finished(hash: number): number {
	let h = hash;
	h = imul(h ^ (h >>> 16), 0x85ebca6b);
	h = imul(h ^ (h >>> 13), 0xc2b2ae35);
	return h ^ (h >>> 16);
}
