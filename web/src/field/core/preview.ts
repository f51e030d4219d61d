/** A small picture of a photo, ahead of its original: no evidence, only so that the province sees something the same evening. */

/** What the server shows in the end; more would be bytes for nothing. */
const LONGEST_PX = 320;
const QUALITY = 0.6;
/** The server takes no larger one. */
export const MOST_BYTES = 65_536;

/** The preview of a photo; none where this browser cannot read or write the picture. */
export async function previewOf(bytes: ArrayBuffer): Promise<Blob | null> {
	try {
		const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
		const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
		const canvas = new OffscreenCanvas(
			Math.max(1, Math.round(picture.width * scale)),
			Math.max(1, Math.round(picture.height * scale)),
		);
		canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
		picture.close();
		return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
	} catch {
		return null;
	}
}
