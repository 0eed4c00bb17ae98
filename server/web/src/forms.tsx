/** What forms are made of. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Action, Failure, said, Text } from "./parts.js";

/** What ties a control to its name and its hint. */
interface Ties {
  id: string;
  "aria-describedby": string | undefined;
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  children: (ties: Ties) => ComponentChildren;
}

/** A control under its name. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint && `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": hintId })}
      {hint && <small id={hintId}>{hint}</small>}
    </div>
  );
}

interface InputProps {
  label: string;
  value: string;
  set: (value: string) => void;
  hint?: string | undefined;
  more?: JSX.InputHTMLAttributes<HTMLInputElement>;
}

export function TextField({ label, value, set, hint, more = {} }: InputProps) {
  return (
    <Field label={label} hint={hint}>
      {(ties) => (
        <input
          {...ties}
          {...more}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<T extends string | number> {
  label: string;
  value: T;
  set: (value: T) => void;
  of: readonly (readonly [T, string])[];
  hint?: string;
}

export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  const { label, value, set, of, hint } = props;
  const choose = (text: string) => {
    const chosen = of.find(([it]) => String(it) === text);
    if (chosen) set(chosen[0]);
  };
  return (
    <Field label={label} hint={hint}>
      {(ties) => (
        <select
          {...ties}
          value={String(value)}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {of.map(([it, words]) => (
            <option key={it} value={String(it)}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface TickProps {
  label: string;
  isOn: boolean;
  set: (isOn: boolean) => void;
}

export function Tick({ label, isOn, set }: TickProps) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => set(event.currentTarget.checked)}
      />{" "}
      <Text>{label}</Text>
    </label>
  );
}

interface FormProps {
  label: string;
  busy: string;
  submit: () => Promise<unknown>;
  children: ComponentChildren;
}

/** Fields with one button, that says what became of its press. */
export function Form({ label, busy, submit, children }: FormProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const press = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure("");
    try {
      await submit();
    } catch (thrown) {
      setFailure(said(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void press(event)}>
      {children}
      <div class="wide">
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? busy : label}
        </button>
        <Failure of={failure} />
      </div>
    </form>
  );
}

interface ConfirmProps {
  /** What the quiet button says. */
  label: string;
  /** What it would do, in full. */
  question: ComponentChildren;
  /** What the button says that does it. */
  yes: string;
  busy: string;
  act: () => Promise<unknown>;
}

/** A button for what cannot be undone: it asks first, and "Keep" has the focus. */
export function Confirm({ label, question, yes, busy, act }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const close = () => dialog.current?.close();
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <p id={title}>{question}</p>
        <div class="filters">
          <button type="button" autofocus onClick={close}>
            Keep
          </button>
          <Action label={yes} busy={busy} act={() => act().then(close)} />
        </div>
      </dialog>
    </>
  );
}

/** A secret that is told once: hidden until somebody wants to see it. */
export function Once({ label, text }: { label: string; text: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <p class="once" role="status">
      <strong>{label}</strong> Shown only now; keep it where secrets are kept.
      <span class="filters">
        <input
          aria-label={label}
          readOnly
          type={isShown ? "text" : "password"}
          autoComplete="off"
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" onClick={() => setShown(!isShown)}>
          {isShown ? "Hide" : "Show"}
        </button>
        <Copy text={text} />
      </span>
    </p>
  );
}

/** A browser lets a page copy only over HTTPS or on the machine itself. */
export function Copy({ text }: { text: string }) {
  const [isDone, setDone] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return <Action label={isDone ? "Copied" : "Copy"} busy="…" act={copy} />;
}
