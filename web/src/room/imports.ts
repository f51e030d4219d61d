// Files that offices send: checked first, loaded as they were checked.

import { reasonWords } from "../api/refusals.svelte";
import type { Right } from "../session.svelte";
import { askFile } from "./file";

/** What a report says in Vietnamese, with the parsers' own reasons in it told as well. */
export function inVietnamese(text: string): string {
	const inner = /^(.*giá trị không dùng được \()(.+)(\))$|^(GeoJSON không đọc được: )(.+)$/s.exec(text);
	if (!inner) return reasonWords(text, "vi");
	const [, before = "", reason = "", after = "", lead = "", fault = ""] = inner;
	return `${before}${lead}${reasonWords(reason || fault, "vi")}${after}`;
}

export type ImportKind = "plots" | "risk_areas" | "gates" | "hamlets";
type Told = { vi: string; en: string };

export interface ImportReport {
	format: string | null;
	layer: string | null;
	encoding: string | null;
	system: { epsg: number; label: string; by: "told" | "file" | "numbers"; axes_swapped: boolean } | null;
	rows: number;
	create: number;
	change: number;
	leave: number;
	faulty: number;
	acts: { row: number; key: string | null; act: "create" | "change" | "leave" }[];
	faults: ({ row: number; field: string | null } & Told)[];
	ignored: string[];
	refused: Told | null;
	zones: { epsg: number; label: string; fits_pct: number }[];
	notes: Told[];
}

export interface ImportView {
	id: string;
	kind: ImportKind;
	name: string;
	state: "checked" | "refused" | "loaded" | "expired";
	bytes: number;
	sha256: string;
	asked_at: string;
	expires_at: string | null;
	loaded_at: string | null;
	report: ImportReport;
}

/** What is told of a file besides its bytes; empty where the file says it itself. */
export interface Details {
	kind: ImportKind;
	epsg: string;
	layer: string;
	encoding: string;
	commune: string;
	source: string;
}

export const ENCODINGS = ["utf-8", "windows-1258", "tcvn3", "windows-1252"] as const;

/** Kinds of files with the rights that each needs; the first two of a province, the last of any commune. */
const NEEDED: Record<ImportKind, { rights: Right[]; everywhere: boolean }> = {
	plots: { rights: ["record_plots", "revise_plots"], everywhere: false },
	hamlets: { rights: ["import_boundaries"], everywhere: true },
	gates: { rights: ["import_boundaries"], everywhere: true },
	risk_areas: { rights: ["change_risk_areas"], everywhere: true },
};

/** The kinds that may be brought by whoever holds these rights. */
export function kindsFor(
	somewhere: (right: Right) => boolean,
	everywhere: (right: Right) => boolean,
): ImportKind[] {
	return (Object.keys(NEEDED) as ImportKind[]).filter((kind) =>
		NEEDED[kind].rights.every(NEEDED[kind].everywhere ? everywhere : somewhere),
	);
}

/** The address under which a file is brought. */
export function addressOf(name: string, details: Details): string {
	const query = new URLSearchParams({ kind: details.kind, name: name.normalize("NFC").slice(-200) });
	for (const key of ["epsg", "layer", "encoding", "commune", "source"] as const) {
		const value = details[key].trim();
		if (value) query.set(key, value);
	}
	return `/api/v1/imports?${query}`;
}

const held = new Map<string, { file: File; details: Details }>();

/** The file of an import with what was told of it, while this page has it. */
export const heldFile = (id: string) => held.get(id) ?? null;

/** Brings a file; the answer tells what loading it would do. */
export async function bring(file: File, details: Details): Promise<ImportView> {
	const headers = { "content-type": "application/octet-stream" };
	const response = await askFile(addressOf(file.name, details), { method: "POST", headers, body: file });
	const view = (await response.json()) as ImportView;
	held.set(view.id, { file, details });
	return view;
}

const json = async <T>(path: string, how: RequestInit = {}): Promise<T> =>
	(await (await askFile(path, how)).json()) as T;

export const readImports = () => json<{ imports: ImportView[] }>("/api/v1/imports");
export const readImport = (id: string) => json<ImportView>(`/api/v1/imports/${id}`);
export const dropImport = (id: string) => json<ImportView>(`/api/v1/imports/${id}`, { method: "DELETE" });
export const loadImport = (own: ImportView, reason: string) =>
	json<ImportView>(`/api/v1/imports/${own.id}/load`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ sha256: own.sha256, ...(reason ? { reason } : {}) }),
	});
