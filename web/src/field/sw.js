/* The field app's service worker: the app's own files from the cache, everything else from the network.
   The build puts the list of files and a version in place of the two marks. */
const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
const NAME = `tuantra-field-${VERSION}`;

self.addEventListener("install", (event) => {
	event.waitUntil(fill());
});

/* A file whose name carries its hash is the same in every version: what an earlier one has is not fetched again, so that on
   a thin link a new version is a few files, and one cut spoils little. */
async function fill() {
	const cache = await caches.open(NAME);
	const keep = async (file) => {
		const kept = file.startsWith("/assets/") ? await caches.match(file) : undefined;
		await (kept ? cache.put(file, kept) : cache.add(file));
	};
	await Promise.all(FILES.map(keep));
}

self.addEventListener("activate", (event) => {
	const clean = async () => {
		const names = await caches.keys();
		const old = names.filter((name) => name.startsWith("tuantra-field-") && name !== NAME);
		await Promise.all(old.map((name) => caches.delete(name)));
		await self.clients.claim();
	};
	event.waitUntil(clean());
});

self.addEventListener("message", (event) => {
	if (event.data === "take over") {
		self.skipWaiting();
	}
});

self.addEventListener("fetch", (event) => {
	const url = new URL(event.request.url);
	if (event.request.method !== "GET" || url.origin !== self.location.origin) {
		return;
	}
	const isPage = event.request.mode === "navigate" && url.pathname.startsWith("/field");
	const key = isPage ? "/field/" : url.pathname;
	if (isPage || FILES.includes(url.pathname)) {
		event.respondWith(answer(key, event.request));
	}
});

async function answer(key, request) {
	const cache = await caches.open(NAME);
	return (await cache.match(key)) ?? fetch(request);
}

/* Background Sync: an open page sends; without one the queue waits, since its contents are sealed under the PIN. */
self.addEventListener("sync", (event) => {
	const wake = async () => {
		const pages = await self.clients.matchAll({ includeUncontrolled: true });
		for (const page of pages) {
			page.postMessage("sync");
		}
	};
	event.waitUntil(wake());
});
