import { createHash } from "node:crypto";

/** The address that calls go to, before `/api/v1`. Unset: no address was given. */
export function address(written: string | undefined): string | undefined {
  const bare = (written ?? "").trim().replace(/\/+$/, "");
  return bare.replace(/\/api\/v1$/, "").replace(/\/+$/, "") || undefined;
}

/** The name of the spool folder that belongs to an address. */
export function spoolFolder(url: string): string {
  return createHash("sha256")
    .update(address(url) ?? "")
    .digest("hex")
    .slice(0, 16);
}
