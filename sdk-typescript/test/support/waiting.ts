/** Far longer than anything takes, so that a slow machine does not fail a test. */
const DEADLINE_MS = 60_000;
const STEP_MS = 20;

/** The one way to wait: gives what `condition` gives as soon as that is something. */
export async function waitUntil<T>(
  condition: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
