/** The door: a key, or a session with a provider, is exchanged for tokens of 15 minutes. */
import { useEffect, useState } from "preact/hooks";
import { Failure, said } from "./parts.js";
import { resume, signIn, signInNote } from "./session.js";

const here = () => location.pathname + location.search + location.hash;

export function SignIn() {
  const [key, setKey] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const [provider, setProvider] = useState<string | null>(null);
  useEffect(() => {
    resume().then(setProvider, (thrown) => setFailure(said(thrown)));
  }, []);
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure("");
    try {
      await signIn(key.trim());
    } catch (thrown) {
      setFailure(said(thrown));
      setBusy(false);
    }
  };
  return (
    <form class="signin" onSubmit={(event) => void enter(event)}>
      <h1>Sign in</h1>
      {signInNote.value && <p>{signInNote.value}</p>}
      {provider && (
        <p>
          <a class="button" href={`/signin/start?next=${encodeURIComponent(here())}`}>
            Sign in with {provider}
          </a>
        </p>
      )}
      <label>
        API key
        <input
          type="password"
          autoComplete="current-password"
          required
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <p class="quiet">
        A viewer's key reads; an operator's key may act as well. It is not stored.
      </p>
      <button type="submit" disabled={isBusy}>
        {isBusy ? "Signing in …" : "Sign in"}
      </button>
      <Failure of={failure} />
    </form>
  );
}
