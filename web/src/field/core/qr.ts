/** QR codes drawn on the phone itself: what they hold goes to no other place. */

import { correction, generate } from "lean-qr";

/** Light squares around a code (ISO/IEC 18004 §9.1). */
export const QUIET = 4;

export interface Drawn {
	/** Squares from edge to edge, with the quiet zone. */
	side: number;
	/** An SVG path over the dark squares. */
	path: string;
}

/** The code of a text as a path; runs of dark squares are one piece each. */
export function qrOf(text: string): Drawn {
	const code = generate(text, { minCorrectionLevel: correction.L, maxCorrectionLevel: correction.M });
	let path = "";
	for (let y = 0; y < code.size; y += 1) {
		for (let x = 0; x < code.size; x += 1) {
			let length = 0;
			while (code.get(x + length, y)) {
				length += 1;
			}
			if (length > 0) {
				path += `M${x + QUIET} ${y + QUIET}h${length}v1h-${length}z`;
				x += length;
			}
		}
	}
	return { side: code.size + 2 * QUIET, path };
}
