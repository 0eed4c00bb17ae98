/** Who is signed in, and the calls that they may make. */
import { createWebClient, type Services } from "@nightbell/sdk/web";
import { signal } from "@preact/signals";

const STORED = "nightbell.token";
/** How long before its end a token is replaced. */
const RENEWED_MS = 60_000;

interface Token {
  text: string;
  expiresAt: number;
}

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

export function signOut(note = ""): void {
  key = undefined;
  token = undefined;
  sessionStorage.removeItem(STORED);
  signInNote.value = note;
  signedIn.value = false;
}

async function current(): Promise<string> {
  const ends = token?.expiresAt ?? 0;
  if (key !== undefined && ends - Date.now() < RENEWED_MS) await exchange(key);
  else if (ends <= Date.now()) signOut("Your session has ended. Sign in again to go on.");
  return token?.text ?? "";
}

export const nightbell: Services = createWebClient({ url: location.origin, token: current });
