/** A server in front of the server: what a newer or a failing one would answer. */

import { createServer, request } from "node:http";

/** `alter(path, answer)` may change `answer.status`, `.headers` and `.body` (a Buffer) of each answer. */
export async function front(base, alter) {
	const target = new URL(base);
	const server = createServer((asked, answer) => {
		// Answers that are to be changed come as they are, not packed.
		const headers = { ...asked.headers, "accept-encoding": "identity" };
		const passed = request(
			{ host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers },
			(got) => {
				const parts = [];
				got.on("data", (part) => parts.push(part));
				got.on("end", () => {
					const whole = { status: got.statusCode, headers: { ...got.headers }, body: Buffer.concat(parts) };
					alter(asked.url, whole, asked);
					delete whole.headers["transfer-encoding"];
					answer.writeHead(whole.status, { ...whole.headers, "content-length": whole.body.length });
					answer.end(whole.body);
				});
			},
		);
		passed.on("error", () => answer.destroy());
		asked.pipe(passed);
	});
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	return {
		base: `http://127.0.0.1:${server.address().port}`,
		close: () => {
			server.closeAllConnections();
			return new Promise((done) => server.close(done));
		},
	};
}
