declare module "parquetjs-lite" {
	export class ParquetReader {
		static openFile(path: string): Promise<ParquetReader>;
		// biome-ignore lint/suspicious/noExplicitAny: rows are whatever the file holds
		getCursor(): { next(): Promise<any> };
		close(): Promise<void>;
	}
}
