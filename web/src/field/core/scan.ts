/** QR codes before the camera: read by the browser where it can, else by a reader of our own, which lies on the phone like every screen. */

interface Detector {
	detect: (shown: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface Reading {
	new (of: { formats: "qr_code"[] }): Detector;
	getSupportedFormats?: () => Promise<readonly string[]>;
}

/** Between two looks, ms. */
const EVERY_MS = 250;

export const canScan = (): boolean => navigator.mediaDevices?.getUserMedia !== undefined;

async function detector(): Promise<Detector> {
	const { BarcodeDetector: Browsers } = globalThis as { BarcodeDetector?: Reading };
	// Without the services of the phone's maker a browser may have the name and read nothing.
	const formats = await Browsers?.getSupportedFormats?.().catch((): string[] => []);
	const Chosen: Reading =
		Browsers && (formats?.includes("qr_code") ?? true)
			? Browsers
			: (await import("qr/decode.js")).BarcodeDetector;
	return new Chosen({ formats: ["qr_code"] });
}

/** The first code that the picture shows; none once `isLeft` says so. Fails where no codes can be read after all. */
export async function scanned(video: HTMLVideoElement, isLeft: () => boolean): Promise<string | null> {
	const reader = await detector();
	while (!isLeft()) {
		const [code] = await reader.detect(video);
		if (code) {
			return code.rawValue;
		}
		await new Promise((done) => setTimeout(done, EVERY_MS));
	}
	return null;
}
