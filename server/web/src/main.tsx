/** Which page an address shows. */
import { signal } from "@preact/signals";
import { type JSX, render } from "preact";
import { useEffect } from "preact/hooks";
import { AuditPage } from "./audit.js";
import { CalendarPage } from "./calendar.js";
import { ChannelsPage } from "./channels.js";
import { Home } from "./home.js";
import { IncidentPage } from "./incident.js";
import { KeysPage } from "./keys.js";
import { link, start } from "./live.js";
import { RoutesPage } from "./routes.js";
import { SchedulerPage } from "./scheduler.js";
import { leave, signedIn } from "./session.js";
import { SignIn } from "./signin.js";
import { SilencesPage } from "./silences.js";
import "./style.css";

const address = signal(location.href);
addEventListener("popstate", () => {
  address.value = location.href;
});

/** Links within the dashboard change the page without loading it anew. */
document.addEventListener("click", (event) => {
  const anchor = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!anchor || !isPlain || anchor.origin !== location.origin || anchor.target) return;
  if (/^\/(api|signin)\//.test(anchor.pathname)) return;
  event.preventDefault();
  const isOtherPage = anchor.pathname !== location.pathname;
  history.pushState(null, "", anchor.href);
  address.value = location.href;
  if (isOtherPage || !anchor.hash) scrollTo(0, 0);
});

/** The pages of the bar. The server knows their addresses as well. */
const PAGES: Readonly<Record<string, { word: string; page: () => JSX.Element }>> = {
  "": { word: "Home", page: Home },
  calendar: { word: "Next 24 h", page: CalendarPage },
  silences: { word: "Silences", page: SilencesPage },
  channels: { word: "Channels", page: ChannelsPage },
  routes: { word: "Routes", page: RoutesPage },
  keys: { word: "Keys", page: KeysPage },
  audit: { word: "Audit log", page: AuditPage },
};

const parts = (): string[] => new URL(address.value).pathname.split("/").slice(1);

function Page() {
  const url = new URL(address.value);
  const [kind, id] = parts();
  const named = decoded(id);
  if (kind === "incidents" && named) return <IncidentPage key={named} id={named} />;
  if (kind === "schedulers" && named) {
    return <SchedulerPage key={named} id={named} runId={url.searchParams.get("run")} />;
  }
  const Shown = PAGES[kind ?? ""]?.page ?? Home;
  return <Shown />;
}

function Bar() {
  const [current] = parts();
  return (
    <ul class="bar">
      {Object.entries(PAGES).map(([path, { word }]) => (
        <li key={path}>
          <a href={`/${path}`} {...(path === current ? { "aria-current": "page" } : {})}>
            {word}
          </a>
        </li>
      ))}
    </ul>
  );
}

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return "";
  }
}

const LINK = { connecting: "○ connecting", live: "● live", lost: "✕ connection lost" };

function App() {
  const isSignedIn = signedIn.value;
  useEffect(start, []);
  return (
    <>
      <nav>
        <a class="brand" href="/">
          Nightbell
        </a>
        {isSignedIn && (
          <span class="quiet" role="status">
            {LINK[link.value]}
          </span>
        )}
        <span class="grow" />
        <a href="/api/docs">API</a>
        {isSignedIn && (
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        )}
        {isSignedIn && <Bar />}
      </nav>
      <main>{isSignedIn ? <Page /> : <SignIn />}</main>
    </>
  );
}

const root = document.getElementById("app");
if (root) render(<App />, root);
