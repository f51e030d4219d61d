// Writes the smaller siblings that the server sends to browsers which read them.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH_IT = /\.(js|mjs|css|html|svg|json|webmanifest|txt)$/;
const SMALL = 1024;

/** Every file under a folder. */
function* files(folder) {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		if (statSync(path).isDirectory()) yield* files(path);
		else yield path;
	}
}

for (const path of files("dist")) {
	const bytes = readFileSync(path);
	if (!WORTH_IT.test(path) || bytes.length < SMALL) continue;
	const brotli = brotliCompressSync(bytes, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: process.env.TUANTRA_FAST_BUILD ? 5 : 11,
			[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
		},
	});
	const gzip = gzipSync(bytes, { level: 9 });
	if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli);
	if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip);
}
