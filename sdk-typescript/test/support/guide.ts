/** The TypeScript client of the usage guide, as a program. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import ts from "typescript";

import { ROOT, SDK } from "./places.js";

const GUIDE = readFileSync(`${ROOT}examples/typescript/guide-client.ts`, "utf8");
const IMPORT = "import axios from 'axios';\n";
const CLASS = /^class SchedulerMonitoringClient \{\n.*?^\}\n/ms;
const LOGIC = "  // Your actual business logic here\n";

/** The guide as it stands, and with the import changed; `job` goes where its logic goes. */
export function guide(url: string, key: string, job: string, isOurs: boolean): string {
  let code = replaced(GUIDE, LOGIC, LOGIC + job);
  code = replaced(code, "http://127.0.0.1:8080", url);
  code = replaced(code, "process.env.MONITORING_API_KEY!", JSON.stringify(key));
  if (isOurs) {
    const compat = pathToFileURL(`${SDK}dist/compat.mjs`).href;
    code = replaced(code, IMPORT, `import { SchedulerMonitoringClient } from "${compat}";\n`);
    if (!CLASS.test(code)) throw new Error("the guide has no class");
    code = code.replace(CLASS, "");
  } else {
    const axios = import.meta.resolve("axios", pathToFileURL(`${ROOT}examples/typescript/`).href);
    code = replaced(code, "'axios'", JSON.stringify(axios));
  }
  return ts.transpile(code, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 });
}

/** One that is not there would replace nothing, unseen. */
function replaced(code: string, old: string, by: string): string {
  if (!code.includes(old)) throw new Error(`${old} is not in the guide`);
  return code.replace(old, by);
}
