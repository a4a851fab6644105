//! Asking a component from where nobody waits as tasks do.

use std::thread;

/// Waits for a guest on a thread of its own, with a runtime of its own.
///
/// # Errors
/// The thread could not be had, or did not end well.
pub(crate) fn wait_for<T: Send + 'static>(
    asked: impl Future<Output = T> + Send + 'static,
) -> Result<T, String> {
    let waiting = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(runtime.block_on(asked))
    });
    let waited = waiting.join();
    waited.unwrap_or_else(|_| Err(String::from("the component could not be asked")))
}
