/** Another view of a screen begins at its top, where it says what was done. */
export function toTop(): void {
	for (const box of document.querySelectorAll("#main, #main .body")) {
		box.scrollTo(0, 0);
	}
}
