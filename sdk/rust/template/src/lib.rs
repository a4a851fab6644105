//! A pack with one operation and one fact.

use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "motd",
    operations: [set],
    facts: [Text],
}

/// The message of the day; null when there is none.
#[fact(example = "motd.Text")]
pub fn Text() -> Source<Option<String>> {
    Source::shell(shell!("cat /etc/motd 2> /dev/null || true"), |output| {
        Ok(Some(output.text()).filter(|text| !text.is_empty()))
    })
}

/// Set the message of the day.
#[operation(example = r#"motd.set(name = "Greeting", text = "Welcome\n", _sudo = True)"#)]
pub fn set(
    plan: &mut Plan,
    /// What users see when they log in.
    text: String,
) -> Result<()> {
    if get(&Text {})?.as_deref() == Some(text.as_str()) {
        plan.note("the message is set already");
        return Ok(());
    }
    let mut file = Upload::new(Content::text(text.as_str()), "/etc/motd");
    file.mode = Some(0o644);
    plan.upload(file).predict(Prediction::value(&Text {}, text));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use windlass_sdk::testing::TestHost;

    #[test]
    fn the_message_is_set_once() -> Result<()> {
        let mut host = TestHost::new().fact("motd.Text", json!({}), "old");
        let text = json!({"text": "new"});
        let plan = host.run(|| NAMESPACE.plan("motd.set", text.clone()))?;
        assert_eq!(plan.steps.len(), 1);
        host.apply(&plan);
        assert!(host.run(|| NAMESPACE.plan("motd.set", text))?.is_empty());
        Ok(())
    }
}
