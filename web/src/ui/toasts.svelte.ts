// Short words on what has just been done. What matters beyond the moment belongs on the screen itself.
export type Tone = "good" | "stop" | "note";
export interface Toast {
	id: number;
	tone: Tone;
	text: string;
}

const STAY_MS = 7000;
const state = $state<{ list: Toast[] }>({ list: [] });
let next = 1;

export function toasts(): Toast[] {
	return state.list;
}

/** Shows words for a while. */
export function toast(text: string, tone: Tone = "good"): void {
	const id = next++;
	state.list = [...state.list, { id, tone, text }];
	setTimeout(() => dismiss(id), STAY_MS);
}

export function dismiss(id: number): void {
	state.list = state.list.filter((own) => own.id !== id);
}
