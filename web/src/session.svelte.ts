// Who is signed in, and what that allows. The session itself is a cookie that no script can read.
import { ask, client, Refusal, type Schemas, whenSignedOut } from "./api/client";

export type Me = Schemas["Me"];
export type Right = Schemas["Right"];
export type SessionState = "unknown" | "out" | "in" | "offline";

const state = $state<{ standing: SessionState; me: Me | null; expired: boolean }>({
	standing: "unknown",
	me: null,
	expired: false,
});

export function standing(): SessionState {
	return state.standing;
}

export function me(): Me | null {
	return state.me;
}

/** Whether a session that was open has ended by itself. */
export function expired(): boolean {
	return state.expired;
}

/** Whether the reader holds a right anywhere. */
export function may(right: Right): boolean {
	return state.me?.rights.some((own) => own.right === right) ?? false;
}

/** Whether the reader holds a right for the whole province. */
export function mayInProvince(right: Right): boolean {
	return state.me?.rights.some((own) => own.right === right && !own.communes) ?? false;
}

/** Whether the reader holds a right in a commune, or in the whole province. */
export function mayIn(right: Right, commune: string): boolean {
	return (
		state.me?.rights.some(
			(own) => own.right === right && (!own.communes || own.communes.includes(commune)),
		) ?? false
	);
}

/** Asks who is signed in. */
export async function look(): Promise<void> {
	try {
		state.me = await ask(client.GET("/api/v1/me"));
		state.standing = "in";
		state.expired = false;
	} catch (error) {
		const offline = error instanceof Refusal && error.fault !== "signed-out";
		state.standing = offline ? "offline" : "out";
	}
}

/** Opens a session. */
export async function signIn(login: string, password: string): Promise<void> {
	await ask(client.POST("/api/v1/session", { body: { login, password } }));
	await look();
}

/** Drafts of this tab are kept under this beginning, and forgotten when their author signs out. */
export const DRAFTS = "tuantra.draft.";

/** Ends the session here and on the server. */
export async function signOut(): Promise<void> {
	for (const name of Object.keys(sessionStorage))
		if (name.startsWith(DRAFTS)) sessionStorage.removeItem(name);
	await ask(client.DELETE("/api/v1/session")).catch(() => {});
	state.me = null;
	state.standing = "out";
	state.expired = false;
}

whenSignedOut(() => {
	if (state.standing === "in") state.expired = true;
	state.me = null;
	state.standing = "out";
});
