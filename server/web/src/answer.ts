/** What a page has asked the server for. */
import { useEffect, useState } from "preact/hooks";
import { said } from "./parts.js";

export interface Answer<T> {
  /** The last good answer. */
  answer: T | undefined;
  /** Why the last question got none; empty: it did. */
  failure: string;
  /** Asks again. What is shown stays until the new answer comes. */
  again: () => void;
}

/** Asks when the page opens, whenever one of `on` changes, and when told to. */
export function useAnswer<T>(ask: () => Promise<T>, on: readonly unknown[]): Answer<T> {
  const [answer, setAnswer] = useState<T>();
  const [failure, setFailure] = useState("");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (it) => {
        if (!isCurrent) return;
        setAnswer(it);
        setFailure("");
      },
      (thrown) => isCurrent && setFailure(said(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [...on, turn]);
  return { answer, failure, again: () => setTurn((turn) => turn + 1) };
}
