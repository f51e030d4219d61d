// The address holds the state of a screen, so that a view can be sent. It stands behind `#`, which browsers keep to
// themselves: what somebody looks at, and where, never reaches the server's log.

export type Query = Record<string, string>;

export interface Address {
	/** Parts of the path: `["plots", ID]`. */
	path: string[];
	query: Query;
}

/** Reads what stands behind `#`. */
export function parse(hash: string): Address {
	const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
	const decode = (part: string) => {
		try {
			return decodeURIComponent(part);
		} catch {
			return part;
		}
	};
	return {
		path: path.split("/").filter(Boolean).map(decode),
		query: Object.fromEntries(new URLSearchParams(query)),
	};
}

/** Writes an address; empty values are left out. */
export function href(path: string[], query: Record<string, string | number | null | undefined> = {}): string {
	const kept = Object.entries(query).filter(
		([, value]) => value !== null && value !== undefined && value !== "",
	);
	const search = new URLSearchParams(kept.map(([key, value]) => [key, String(value)])).toString();
	return `#/${path.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

const state = $state<{ address: Address }>({ address: parse(globalThis.location?.hash ?? "") });

/** Where the reader is. */
export function address(): Address {
	return state.address;
}

/** Goes to another screen. */
export function go(path: string[], query: Record<string, string | number | null | undefined> = {}): void {
	location.hash = href(path, query);
}

/** Changes values of the screen's state; `null` takes one out. A step back leads to where the screen was entered. */
export function set(patch: Record<string, string | number | null | undefined>): void {
	const { path, query } = state.address;
	const next = href(path, { ...query, ...patch });
	if (next === location.hash) return;
	history.replaceState(null, "", next);
	state.address = parse(next);
}

/** Listens to the browser's address; once for each page. */
export function listen(): void {
	addEventListener("hashchange", () => {
		state.address = parse(location.hash);
	});
}
