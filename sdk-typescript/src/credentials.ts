import type { Interceptor } from "@connectrpc/connect";

/** How a caller proves who it is. At most one is needed; a token wins over a key. */
export interface Credentials {
  /** An API key. */
  readonly apiKey?: string | undefined;
  /** A short-lived token from `keys.exchangeKey`, or what fetches one. Asked before each call. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
}

/** Adds the key or token to each call. */
export function credentialsInterceptor({ apiKey, token }: Credentials): Interceptor {
  return (next) => async (request) => {
    const current = typeof token === "function" ? await token() : token;
    if (current !== undefined) request.header.set("authorization", `Bearer ${current}`);
    else if (apiKey !== undefined) request.header.set("x-api-key", apiKey);
    return next(request);
  };
}
