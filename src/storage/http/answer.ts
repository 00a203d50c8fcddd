import type { IncomingHttpHeaders } from "node:http";

/** An answer to a request, all of it. */
export interface HttpAnswer {
	status: number;
	headers: IncomingHttpHeaders;
	body: Buffer;
	isTooLong?: boolean;
}
