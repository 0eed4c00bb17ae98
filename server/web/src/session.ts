/** Who is signed in, and the calls that they may make. */
import { createWebClient, type Services } from "@nightbell/sdk/web";
import { signal } from "@preact/signals";

const ENDED = "Your session has ended. Sign in again to go on.";
const STORED = "nightbell.token";
/** How long before its end a token is replaced. */
const RENEWED_MS = 60_000;

interface Token {
  text: string;
  expiresAt: number;
  /** Of somebody who signed in with their provider: their session gives the next one. */
  ofSession?: boolean;
}

/** What the server says of the session that its cookie stands for. */
interface Session {
  provider: string | null;
  token: string | null;
  expires_at_ms: number | null;
}

const SESSION = "/signin/session";

/** The key stays in memory, to renew the token with; a reload forgets it. */
let key: string | undefined;
let token: Token | undefined = stored();

export const signedIn = signal(token !== undefined);
/** Why the sign-in is shown, where that was not asked for. */
export const signInNote = signal("");

function stored(): Token | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(STORED) ?? "null") as Token | null;
    return found && found.expiresAt > Date.now() ? found : undefined;
  } catch {
    return undefined;
  }
}

async function exchange(apiKey: string): Promise<void> {
  const { keys } = createWebClient({ url: location.origin, apiKey });
  const answer = await keys.exchangeKey({});
  token = { text: answer.token, expiresAt: Number(answer.expiresAt?.seconds ?? 0n) * 1000 };
  sessionStorage.setItem(STORED, JSON.stringify(token));
}

export async function signIn(apiKey: string): Promise<void> {
  await exchange(apiKey);
  key = apiKey;
  signInNote.value = "";
  signedIn.value = true;
}

/** Goes on with the session of this browser, if it has one; who to sign in with, if anybody. */
export async function resume(): Promise<string | null> {
  const answer = await fetch(SESSION, { method: "POST" });
  // Not the address that people are sent back to: there is no session for it.
  if (answer.status === 403) return null;
  if (!answer.ok) throw new Error("The server cannot tell whether you are signed in. Try again.");
  const session = (await answer.json()) as Session;
  if (session.token) {
    const { token: text, expires_at_ms: ends } = session;
    token = { text, expiresAt: ends ?? 0, ofSession: true };
    sessionStorage.setItem(STORED, JSON.stringify(token));
    signInNote.value = "";
    signedIn.value = true;
  }
  return session.provider;
}

/** Signs out as somebody asked for: their session ends, too. */
export async function leave(): Promise<void> {
  try {
    if (token?.ofSession) await fetch(SESSION, { method: "DELETE" });
  } finally {
    signOut("");
  }
}

export function signOut(note = ""): void {
  key = undefined;
  token = undefined;
  sessionStorage.removeItem(STORED);
  signInNote.value = note;
  signedIn.value = false;
}

/** The next token of the session, unless it has ended. */
async function renew(): Promise<void> {
  const before = token;
  await resume();
  if (token === before && (before?.expiresAt ?? 0) <= Date.now()) signOut(ENDED);
}

async function current(): Promise<string> {
  const ends = token?.expiresAt ?? 0;
  if (key !== undefined && ends - Date.now() < RENEWED_MS) await exchange(key);
  else if (token?.ofSession && ends - Date.now() < RENEWED_MS) await renew();
  else if (ends <= Date.now()) signOut(ENDED);
  return token?.text ?? "";
}

export const nightbell: Services = createWebClient({ url: location.origin, token: current });
