/** What functions return, instead of the address where they got to, at what is not JSON. */
export const FAILED: usize = 0;

/** Where that is: what comes before may still become JSON. */
let place: usize = 0;

export function fail(at: usize): usize {
	place = at;
	return FAILED;
}

export function failurePlace(): usize {
	return place;
}
