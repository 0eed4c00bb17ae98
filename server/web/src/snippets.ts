/** How a first job reports, in each of the ways there are. */

export const WAYS = ["curl", "Python", "TypeScript", "Rust", "command"] as const;
export type Way = (typeof WAYS)[number];

const curl = (url: string) => `curl -X POST "${url}/api/v1/schedulers/register" \\
  -H "x-api-key: $NIGHTBELL_API_KEY" -H "content-type: application/json" \\
  -d '{"scheduler_id": "first-job", "service_name": "Trial", "job_name": "First job"}'

curl -X PUT "${url}/api/v1/schedulers/first-job/status" \\
  -H "x-api-key: $NIGHTBELL_API_KEY" -H "content-type: application/json" \\
  -d '{"status": "completed", "execution_time_ms": 1200}'`;

const PYTHON = `pip install nightbell
python3 - <<'END'
import nightbell

@nightbell.job("first-job", service="Trial")
def work():
    print("working")

work()
END`;

const TYPESCRIPT = `npm install @nightbell/sdk
node --input-type=module - <<'END'
import { withJob } from "@nightbell/sdk";

await withJob("first-job", { service: "Trial" }, async () => {
  console.log("working");
});
END`;

const RUST = `cargo add nightbell

// In your async main, with the two variables in its environment:
let nightbell = nightbell::Client::from_env()?;
nightbell.job("first-job").service("Trial").run(|_| async {
    Ok::<_, std::io::Error>(())
}).await?;`;

const COMMAND = "nightbell exec first-job --service Trial -- sleep 1";

/** What to type, for a server at `url` and with the key. */
export function snippet(way: Way, url: string, key: string): string {
  const said = {
    curl: curl(url),
    Python: PYTHON,
    TypeScript: TYPESCRIPT,
    Rust: RUST,
    command: COMMAND,
  };
  return `export NIGHTBELL_URL=${url}\nexport NIGHTBELL_API_KEY=${key}\n\n${said[way]}`;
}
