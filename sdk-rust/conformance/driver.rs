//! Runs the jobs of one scenario of `conformance/scenarios`, as `conformance/README.md` says.

use std::error::Error;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use nightbell::{Client, Ctx};
use serde_json::{Value, json};

type Outcome = Result<Value, Box<dyn Error + Send + Sync>>;
type Working<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let file = std::env::args().next_back().ok_or("no scenario")?;
    let scenario: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let client = Client::from_env()?;
    let mut outcome = Ok(Value::Null);
    if let Some(several) = scenario["overlap"].as_array() {
        let mut running = tokio::task::JoinSet::new();
        for one in several.clone() {
            let client = client.clone();
            running.spawn(async move { job(&client, &one).await.is_ok() });
        }
        running.join_all().await;
    } else {
        for _ in 0..scenario["repeat"].as_u64().unwrap_or(1) {
            outcome = job(&client, &scenario).await;
        }
    }
    let error = outcome.as_ref().err().map(ToString::to_string);
    say(&json!({ "result": outcome.ok(), "error": error }));
    drop(client);
    Ok(ExitCode::from(u8::from(error.is_some_and(|error| error != "cancelled"))))
}

fn job<'a>(client: &'a Client, scenario: &'a Value) -> Working<'a> {
    let id = scenario["job"].as_str().unwrap_or_default();
    let work = move |ctx: Ctx| async move {
        let mut outcome = Ok(scenario["end"]["return"].clone());
        for step in scenario["do"].as_array().into_iter().flatten() {
            for (name, value) in step.as_object().into_iter().flatten() {
                if let Err(error) = take(client, &ctx, name, value).await {
                    outcome = Err(error);
                }
            }
        }
        say(&json!({ "over": true }));
        match scenario["end"]["raise"].as_str() {
            Some(message) => Err(message.into()),
            None => outcome,
        }
    };
    Box::pin(client.job(id).run(work))
}

async fn take(client: &Client, ctx: &Ctx, name: &str, value: &Value) -> Outcome {
    let time = Duration::from_millis(value.as_u64().unwrap_or_default());
    match name {
        "sleep_ms" => tokio::time::sleep(time).await,
        "spin_ms" => {
            let over = tokio::time::Instant::now() + time;
            while tokio::time::Instant::now() < over {
                std::hint::spin_loop();
            }
        }
        "progress" => match value[2].as_str() {
            Some(message) => ctx.progress_message(number(&value[0]), value[1].as_u64(), message),
            None => ctx.progress(number(&value[0]), value[1].as_u64()),
        },
        "progress_to" => (1..=number(value)).for_each(|done| ctx.progress(done, number(value))),
        "metadata" => {
            for (key, value) in value.as_object().into_iter().flatten() {
                metadata(ctx, key, value)?;
            }
        }
        "until_cancelled_ms" => {
            if let Ok(cancelled) = tokio::time::timeout(time, ctx.cancelled()).await {
                return Err(cancelled.into());
            }
        }
        "nested" => return job(client, value).await,
        _ => return Err(format!("no such step: {name}").into()),
    }
    Ok(Value::Null)
}

/// Keeps a value, which may be tagged as one that JSON does not have.
fn metadata(ctx: &Ctx, key: &str, value: &Value) -> Result<(), Box<dyn Error + Send + Sync>> {
    if let Some(time) = value["$date"].as_str() {
        ctx.metadata(key, SystemTime::from(time.parse::<jiff::Timestamp>()?));
    } else if let Some(digits) = value["$bigint"].as_str() {
        ctx.metadata(key, digits.parse::<i64>()?);
    } else if let Some(number) = value["$float"].as_str() {
        ctx.metadata(key, number.parse::<f64>()?);
    } else {
        ctx.metadata(key, value);
    }
    Ok(())
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "what the suite reads")]
fn say(line: &Value) {
    println!("{line}");
}
