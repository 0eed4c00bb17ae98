//! A job as a program that uses the library has it.

use nightbell::Client;

use crate::say;

/// Says when its work is over; what comes after is Nightbell's.
pub(crate) fn run() {
    let client = Client::from_env().expect("settings that can be read");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.expect("a runtime").block_on(client.job("library").run(|_| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        say("over");
        Err::<(), _>("no input")
    }));
    drop(client);
    std::process::exit(if result == Err("no input") { 3 } else { 1 });
}
