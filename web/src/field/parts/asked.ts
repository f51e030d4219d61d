/** A question that took a button's place has the keyboard: itself, so that neither answer is one key away from the last one. */
export function asked(question: HTMLElement): void {
	question.tabIndex = -1;
	question.focus({ preventScroll: true });
	question.scrollIntoView({ block: "nearest" });
}
