//! Predictions laid over observed facts.

use crate::contract::Prediction;
use crate::json::{Json, contains, set_pointer};
use crate::plugins::{ErrorKind, GuestError};

/// What earlier operations of a host are predicted to have changed. Later predictions win.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    predictions: Vec<Prediction>,
    /// An earlier step that has no predictions: what is observed is assumed to stand.
    assumed: Option<String>,
}

impl Overlay {
    /// True when nothing is predicted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.predictions.is_empty()
    }

    /// Adds predictions, which win over earlier ones.
    pub fn add(&mut self, predictions: &[Prediction]) {
        self.predictions.extend_from_slice(predictions);
    }

    /// Remembers the first step that says nothing of what it changes.
    pub fn assume(&mut self, after: &str) {
        self.assumed.get_or_insert_with(|| after.to_owned());
    }

    /// The first step that says nothing of what it changes.
    #[must_use]
    pub fn assumed(&self) -> Option<&str> {
        self.assumed.as_deref()
    }

    /// True when a prediction speaks of this request.
    #[must_use]
    pub fn touches(&self, fact: &str, args: &Json) -> bool {
        self.about(fact, args).next().is_some()
    }

    fn about<'a>(&'a self, fact: &'a str, args: &'a Json) -> impl Iterator<Item = &'a Prediction> {
        self.predictions.iter().filter(move |prediction| {
            prediction.fact == fact
                && contains(args, &prediction.args)
                && (prediction.partial || contains(&prediction.args, args))
        })
    }

    /// An observed value with the predictions on top. A part predicted unknown stands as none: asking for it, or for
    /// anything around it, is `unknown-yet`.
    ///
    /// # Errors
    /// Kind `unknown-yet`.
    pub fn apply(&self, fact: &str, args: &Json, observed: Json, select: &[String]) -> Result<Json, GuestError> {
        let mut value = observed;
        let mut unknown: Vec<&str> = Vec::new();
        for prediction in self.about(fact, args) {
            let at = prediction.at.as_str();
            match &prediction.value {
                Some(predicted) => {
                    unknown.retain(|pointer| !is_below(pointer, at));
                    set_pointer(&mut value, at, predicted.clone());
                }
                None => unknown.push(at),
            }
        }
        let asked = |pointer: &&str| {
            select.is_empty() || select.iter().any(|select| is_below(select, pointer) || is_below(pointer, select))
        };
        match unknown.into_iter().find(|pointer| asked(pointer)) {
            Some(pointer) => Err(GuestError::new(
                ErrorKind::UnknownYet,
                format!("{fact}{pointer} is known only after the steps before it have run"),
            )),
            None => Ok(value),
        }
    }
}

/// True when a pointer names the same as another or a part of it.
fn is_below(pointer: &str, whole: &str) -> bool {
    pointer.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The parts of a value that are wanted, by pointer; the whole when none are named. A value that is neither an object
/// nor a list has no parts and comes whole, so that null, false and an object can be told apart.
#[must_use]
pub fn select(value: Json, pointers: &[String]) -> Json {
    if pointers.is_empty() || !(value.is_object() || value.is_array()) {
        return value;
    }
    let part = |pointer: &String| (pointer.clone(), value.pointer(pointer).cloned().unwrap_or(Json::Null));
    Json::Object(pointers.iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn prediction(args: Json, partial: bool, at: &str, value: Option<Json>) -> Prediction {
        Prediction { fact: String::from("files.File"), args, partial, at: at.to_owned(), value }
    }

    fn overlay(all: &[Prediction]) -> Overlay {
        let mut overlay = Overlay::default();
        overlay.add(all);
        overlay
    }

    #[test]
    fn later_predictions_win_and_parts_change_the_whole() {
        let args = json!({"path": "/a"});
        let all = [
            prediction(args.clone(), false, "", Some(json!({"mode": 600}))),
            prediction(args.clone(), false, "/mode", Some(json!(644))),
        ];
        assert_eq!(overlay(&all).apply("files.File", &args, json!(null), &[]).unwrap(), json!({"mode": 644}));
        assert_eq!(overlay(&all).apply("files.File", &json!({"path": "/b"}), json!(1), &[]).unwrap(), json!(1));
    }

    #[test]
    fn what_is_unknown_is_an_error_only_where_it_is_asked_for() {
        let args = json!({"path": "/a"});
        let all = overlay(&[prediction(args.clone(), false, "/size", None)]);
        let ask = |select: &[&str]| {
            let select: Vec<String> = select.iter().map(|text| (*text).to_owned()).collect();
            all.apply("files.File", &args, json!({"mode": 1}), &select)
        };
        assert!(ask(&["/mode"]).is_ok());
        assert_eq!(ask(&["/size"]).unwrap_err().kind, ErrorKind::UnknownYet);
        assert_eq!(ask(&[]).unwrap_err().kind, ErrorKind::UnknownYet);
    }

    #[test]
    fn a_partial_prediction_holds_for_more_arguments() {
        let partial = overlay(&[prediction(json!({"path": "/a"}), true, "", Some(json!(true)))]);
        let exact = overlay(&[prediction(json!({"path": "/a"}), false, "", Some(json!(true)))]);
        let args = json!({"path": "/a", "pattern": "x"});
        assert!(partial.touches("files.File", &args));
        assert!(!exact.touches("files.File", &args));
    }

    #[test]
    fn selected_parts_are_an_object_by_pointer() {
        let wanted = [String::from("/a"), String::from("/b")];
        assert_eq!(select(json!({"a": 1, "c": 2}), &wanted), json!({"/a": 1, "/b": null}));
        assert_eq!(select(json!(false), &wanted), json!(false));
    }
}
