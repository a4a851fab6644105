//! Predictions laid over observed facts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::contract::Prediction;
use crate::json::{Json, canonical, contains, set_pointer};
use crate::plugins::{ErrorKind, GuestError};

/// What earlier operations of a host are predicted to have changed. Later predictions win.
///
/// A host may have thousands, and every fact that an operation reads is looked up among them: those for exact
/// arguments are found by key. Clones share everything until one of them is added to.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// What was predicted before, for an operation whose nested operations add to it.
    below: Option<Arc<Overlay>>,
    predictions: Arc<Predictions>,
    /// An earlier step that has no predictions: what is observed is assumed to stand.
    assumed: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Predictions {
    all: Vec<Prediction>,
    /// Places in `all` of those for exact arguments, by [`exact_key`].
    exact: HashMap<String, Vec<usize>>,
    /// Places in `all` of the partial ones, by fact.
    partial: HashMap<Arc<str>, Vec<usize>>,
}

/// The key of a fact with exactly these arguments: a null is an argument left out.
fn exact_key(fact: &str, args: &Json) -> String {
    let args = match args {
        Json::Object(map) if map.values().any(Json::is_null) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            canonical(
                &kept
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        args => canonical(args),
    };
    format!("{fact}\0{args}")
}

impl Overlay {
    /// A fresh one on top of another, which costs nothing however much that holds.
    #[must_use]
    pub fn over(below: Option<Arc<Self>>) -> Self {
        Self {
            assumed: below.as_ref().and_then(|below| below.assumed.clone()),
            below,
            predictions: Arc::default(),
        }
    }

    /// True when nothing is predicted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers().all(|layer| layer.predictions.all.is_empty())
    }

    /// This one and those below it.
    fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |layer| layer.below.as_deref())
    }

    /// Adds predictions, which win over earlier ones.
    pub fn add(&mut self, predictions: &[Prediction]) {
        if predictions.is_empty() {
            return;
        }
        let known = Arc::make_mut(&mut self.predictions);
        for prediction in predictions {
            let at = known.all.len();
            if prediction.partial {
                let places = known.partial.entry(prediction.fact.clone());
                places.or_default().push(at);
            } else {
                let key = exact_key(&prediction.fact, &prediction.args);
                known.exact.entry(key).or_default().push(at);
            }
            known.all.push(prediction.clone());
        }
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

    /// The predictions that speak of a request, in the order they were made.
    fn about(&self, fact: &str, args: &Json) -> impl Iterator<Item = &Prediction> {
        let mut layers: Vec<&Predictions> = self
            .layers()
            .map(|layer| &*layer.predictions)
            .filter(|predictions| !predictions.all.is_empty())
            .collect();
        layers.reverse();
        let key = (!layers.is_empty()).then(|| exact_key(fact, args));
        let mut found = Vec::new();
        for layer in layers {
            let at = |place: &usize| layer.all.get(*place);
            let mut places: Vec<usize> = Vec::new();
            let exact = key.as_ref().and_then(|key| layer.exact.get(key));
            places.extend(exact.into_iter().flatten());
            let contained = |place: &&usize| {
                at(place).is_some_and(|prediction| contains(args, &prediction.args))
            };
            let partial = layer.partial.get(fact);
            places.extend(partial.into_iter().flatten().filter(contained));
            places.sort_unstable();
            found.extend(places.iter().filter_map(at));
        }
        found.into_iter()
    }

    /// An observed value with the predictions on top. A part predicted unknown stands as none: asking for it, or for
    /// anything around it, is `unknown-yet`.
    ///
    /// # Errors
    /// Kind `unknown-yet`.
    pub fn apply(
        &self,
        fact: &str,
        args: &Json,
        observed: Json,
        select: &[String],
    ) -> Result<Json, GuestError> {
        let mut value = observed;
        let mut unknown: Vec<&str> = Vec::new();
        for prediction in self.about(fact, args) {
            let at = prediction.at.as_str();
            match &prediction.value {
                Some(predicted) => {
                    unknown.retain(|pointer| !is_below(pointer, at));
                    set_pointer(&mut value, at, Json::clone(predicted));
                }
                None => unknown.push(at),
            }
        }
        let asked = |pointer: &&str| {
            select.is_empty()
                || select
                    .iter()
                    .any(|select| is_below(select, pointer) || is_below(pointer, select))
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
    pointer
        .strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The parts of a value that are wanted, by pointer; the whole when none are named. A value that is neither an object
/// nor a list has no parts and comes whole, so that null, false and an object can be told apart.
#[must_use]
pub fn select(value: Json, pointers: &[String]) -> Json {
    if pointers.is_empty() || !(value.is_object() || value.is_array()) {
        return value;
    }
    let part = |pointer: &String| {
        (
            pointer.clone(),
            value.pointer(pointer).cloned().unwrap_or(Json::Null),
        )
    };
    Json::Object(pointers.iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn prediction(args: Json, partial: bool, at: &str, value: Option<Json>) -> Prediction {
        Prediction {
            fact: "files.File".into(),
            args: args.into(),
            partial,
            at: at.to_owned(),
            value: value.map(Arc::new),
        }
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
        assert_eq!(
            overlay(&all)
                .apply("files.File", &args, json!(null), &[])
                .unwrap(),
            json!({"mode": 644})
        );
        assert_eq!(
            overlay(&all)
                .apply("files.File", &json!({"path": "/b"}), json!(1), &[])
                .unwrap(),
            json!(1)
        );
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
        let partial = overlay(&[prediction(
            json!({"path": "/a"}),
            true,
            "",
            Some(json!(true)),
        )]);
        let exact = overlay(&[prediction(
            json!({"path": "/a"}),
            false,
            "",
            Some(json!(true)),
        )]);
        let args = json!({"path": "/a", "pattern": "x"});
        assert!(partial.touches("files.File", &args));
        assert!(!exact.touches("files.File", &args));
    }

    #[test]
    fn exact_and_partial_ones_hold_in_the_order_they_were_made() {
        let args = json!({"path": "/a", "begin": null});
        let exact = || prediction(json!({"path": "/a"}), false, "", Some(json!(1)));
        let partial = || prediction(json!({"path": {"$below": "/"}}), true, "", Some(json!(2)));
        let value = |all: &[Prediction]| {
            overlay(all)
                .apply("files.File", &args, json!(0), &[])
                .unwrap()
        };
        assert_eq!(value(&[exact(), partial()]), json!(2));
        assert_eq!(value(&[partial(), exact()]), json!(1));
        assert!(!overlay(&[exact()]).touches("files.Link", &args));
    }

    #[test]
    fn a_clone_keeps_what_it_had() {
        let args = json!({"path": "/a"});
        let first = overlay(&[prediction(args.clone(), false, "", Some(json!(1)))]);
        let mut second = first.clone();
        second.add(&[prediction(args.clone(), false, "", Some(json!(2)))]);
        assert_eq!(
            first.apply("files.File", &args, json!(0), &[]).unwrap(),
            json!(1)
        );
        assert_eq!(
            second.apply("files.File", &args, json!(0), &[]).unwrap(),
            json!(2)
        );
    }

    #[test]
    fn what_is_laid_on_top_wins_and_leaves_what_is_below() {
        let args = json!({"path": "/a"});
        let below = Arc::new(overlay(&[prediction(
            args.clone(),
            false,
            "",
            Some(json!(1)),
        )]));
        let mut above = Overlay::over(Some(below.clone()));
        assert!(!above.is_empty() && above.touches("files.File", &args));
        above.add(&[prediction(args.clone(), false, "", Some(json!(2)))]);
        let value = |overlay: &Overlay| overlay.apply("files.File", &args, json!(0), &[]).unwrap();
        assert_eq!((value(&below), value(&above)), (json!(1), json!(2)));
    }

    #[test]
    fn selected_parts_are_an_object_by_pointer() {
        let wanted = [String::from("/a"), String::from("/b")];
        assert_eq!(
            select(json!({"a": 1, "c": 2}), &wanted),
            json!({"/a": 1, "/b": null})
        );
        assert_eq!(select(json!(false), &wanted), json!(false));
    }
}
