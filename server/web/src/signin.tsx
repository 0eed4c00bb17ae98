/** The door: a key is exchanged for a token of 15 minutes. */
import { useState } from "preact/hooks";
import { Failure, said } from "./parts.js";
import { signIn, signInNote } from "./session.js";

export function SignIn() {
  const [key, setKey] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
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
