/**
 * Handing this phone's other apps over to the server. The app's own secret opens no other door and makes no secret: an officer opens
 * the device's row, the code is spent here, and what it gives is drawn as QR codes once and kept nowhere.
 */

import { base64, utf8 } from "./bytes";

/** What a phone gets for its code. */
export interface Spent {
	device: string;
	name: string;
	/** For the officer to match; until then the secrets open nothing. */
	number: number;
	api_token?: string | null;
	odk_token?: string | null;
	tracker_token?: string | null;
}

/** The other apps whose doors a code opened, as they are called. */
export const otherApps = (spent: Spent): string[] => [
	...(spent.tracker_token ? ["Traccar Client"] : []),
	...(spent.odk_token ? ["ODK Collect"] : []),
];

/** Spends a typed code. */
export async function spend(code: string): Promise<Spent | "wrong" | "unreachable"> {
	const path = `/enrol/${encodeURIComponent(code.replace(/[\s-]/g, ""))}`;
	try {
		const response = await fetch(path, {
			method: "POST",
			cache: "no-store",
			headers: { accept: "application/json" },
		});
		return response.ok ? ((await response.json()) as Spent) : "wrong";
	} catch {
		return "unreachable";
	}
}

/** How often a tracker writes a position down, as the enrolment page says it. */
const TRACKING =
	"interval=60&distance=25&angle=30&heartbeat=300&accuracy=high&buffer=true&stop_detection=true&wakelock=true";

const short = (device: string): string => device.replaceAll("-", "").slice(-8);

/** What Traccar Client reads from a QR code. */
export function traccarLink(base: string, device: string, token: string): string {
	return `${base}/t/${token}?id=${short(device)}&${TRACKING}`;
}

/** The same for a tap on this phone. */
export function traccarTap(base: string, device: string, token: string): string {
	const url = encodeURIComponent(`${base}/t/${token}`);
	return `org.traccar.client://config?url=${url}&id=${short(device)}&${TRACKING}`;
}

export function collectUrl(base: string, token: string): string {
	return `${base}/v1/key/${token}/projects/1`;
}

/** What ODK Collect reads from a QR code: settings as JSON, zlib, base64. */
export async function collectSettings(base: string, name: string, token: string): Promise<string> {
	const settings = {
		general: {
			protocol: "odk_default",
			server_url: collectUrl(base, token),
			form_update_mode: "match_exactly",
			autosend: "wifi_and_cellular",
		},
		admin: {},
		project: { name: `tuantra – ${name}`, icon: "T", color: "#24443a" },
	};
	const packed = new Blob([utf8(JSON.stringify(settings))])
		.stream()
		.pipeThrough(new CompressionStream("deflate"));
	return base64(await new Response(packed).arrayBuffer());
}
