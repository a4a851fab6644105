//! Which components are loaded, and under which names.

use windlass_engine::contract::Origin;
use windlass_engine::json::json;
use windlass_engine::plugins::Plugins;

use crate::testing::{Answers, guests, host};
use crate::{CodeCache, Host, LoadError, Pack};

async fn refusal(names: &[&str]) -> LoadError {
    let builder = Host::builder().cache(CodeCache::Off).load(guests(names));
    match builder.build().await {
        Ok(_) => panic!("{names:?} were loaded"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_component_that_could_act_is_refused() {
    assert_eq!(
        refusal(&["acting"]).await.to_string(),
        "test/acting.wasm is refused: it imports `windlass:plugin/target@0.1.0`\n  a component with operations or \
         facts may import facts, context, local-files, secrets, log, types of the contract, and nothing that acts"
    );
}

#[tokio::test]
async fn two_components_cannot_share_a_namespace() {
    assert_eq!(
        refusal(&["echo", "twin"]).await.to_string(),
        "both test/echo.wasm and test/twin.wasm have the namespace `echo`\n  a pack has each namespace once, and \
         `as` in packs.toml is for packs with one namespace"
    );
    let mut twin = guests(&["twin"]);
    twin.name = String::from("other:the-twin");
    let mut echo = guests(&["echo"]);
    echo.name = String::from("acme:echo");
    let both = |twin: Pack| {
        let builder = Host::builder().cache(CodeCache::Off);
        builder.load(echo.clone()).load(twin).build()
    };
    let Err(error) = both(twin.clone()).await else {
        panic!("both were loaded")
    };
    assert_eq!(
        error.to_string(),
        "both acme:echo/echo.wasm and other:the-twin/twin.wasm have the namespace `echo`\n  give it another one in \
         packs.toml: \"other:the-twin\" = { …, as = \"other_the_twin\" }"
    );
    let host = both(twin.named(Some(String::from("twin")))).await.unwrap();
    let names: Vec<String> = host
        .operations()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    assert!(names.contains(&String::from("echo.say")), "{names:?}");
    assert!(
        names.iter().any(|name| name.starts_with("twin.")),
        "{names:?}"
    );
}

/// A component calls its own facts by its own namespace, whatever it is called here.
#[tokio::test]
async fn a_pack_with_another_namespace_is_the_same_pack() {
    let pack = guests(&["echo"]).named(Some(String::from("parrot")));
    let builder = Host::builder().cache(CodeCache::Off).load(pack);
    let host = builder.build().await.unwrap();
    assert!(host.operation("echo.say").is_err());
    let view = Answers::default().fact("parrot.Word", json!("old")).view();
    let planned = host.plan("parrot.say", &json!({"text": "new"}), view).await;
    let planned = planned.unwrap();
    assert!(!planned.steps.is_empty());
    let predicted: Vec<&str> = planned
        .steps
        .iter()
        .flat_map(|step| &step.predictions)
        .map(|prediction| prediction.fact.as_ref())
        .collect();
    assert_eq!(predicted, ["parrot.Word"]);
    let args = [json!({"name": "x"})];
    let origin = host.source("parrot.Length", &args, Answers::default().view());
    let Origin::Derived(from) = origin.await.unwrap() else {
        panic!("it derives")
    };
    assert_eq!(from[0].fact, "parrot.Word");
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    let part = crate::PackComponent::new("x.wasm", b"\0asm but no more".to_vec());
    let pack = Pack::new("bad", "1", vec![part]);
    let builder = Host::builder().cache(CodeCache::Off).load(pack);
    let Err(error) = builder.build().await else {
        panic!("it was loaded")
    };
    assert!(
        error
            .to_string()
            .starts_with("bad/x.wasm is no valid component: "),
        "{error}"
    );
}

#[tokio::test]
async fn unknown_names_have_a_nearest_one() {
    let host = host(&["echo"]).await;
    assert_eq!(
        host.operation("echo.sya").unwrap_err().to_string(),
        "there is no operation `echo.sya`, did you mean `echo.say`?"
    );
    assert_eq!(
        host.fact("echo.word").unwrap_err().to_string(),
        "there is no fact `echo.word`, did you mean `echo.Word`?"
    );
    let names: Vec<String> = host
        .operations()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    assert_eq!(names, ["echo.ask", "echo.say", "echo.upload"]);
}
