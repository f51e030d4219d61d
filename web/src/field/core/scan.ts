/** QR codes before the camera, read by the browser itself where it can; nothing is loaded for it. */

interface Detector {
	detect: (shown: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type Detecting = { BarcodeDetector?: new (of: { formats: string[] }) => Detector };

/** Between two looks, ms. */
const EVERY_MS = 250;

export const canScan = (): boolean =>
	"BarcodeDetector" in globalThis && navigator.mediaDevices?.getUserMedia !== undefined;

/** The first code that the picture shows; none once `isLeft` says so. Fails where the browser reads no codes after all. */
export async function scanned(video: HTMLVideoElement, isLeft: () => boolean): Promise<string | null> {
	const { BarcodeDetector } = globalThis as Detecting;
	const detector = BarcodeDetector && new BarcodeDetector({ formats: ["qr_code"] });
	while (detector && !isLeft()) {
		const [code] = await detector.detect(video);
		if (code) {
			return code.rawValue;
		}
		await new Promise((done) => setTimeout(done, EVERY_MS));
	}
	return null;
}
