//! Deciding: what one rule denies is denied.

use windlass_engine::policy::{
    Asked, Basis, Ceiling, Chain, Decision, HostNames, Policy, Question,
};

use super::PolicyFile;
use super::rule::Says;

impl Policy for PolicyFile {
    fn decide(&self, question: &Question<'_>) -> Decision {
        let mut allowed = None;
        for rule in self.rules.iter().filter(|rule| rule.is_about(question)) {
            match rule.says(question.asked) {
                Says::Nothing => {}
                Says::Allows(line, text) => allowed = Some(self.basis(line, text)),
                Says::Denies { line, text, remedy } => {
                    // An empty list has no line of its own.
                    let line = if line == 0 { rule.line } else { line };
                    return Decision::Denied {
                        basis: self.basis(line, text),
                        remedy,
                    };
                }
            }
        }
        Decision::Allowed(allowed.unwrap_or_else(|| Basis {
            text: format!("no line of {} denies it", self.path),
            ..Basis::default()
        }))
    }

    fn ceiling(&self, host: HostNames<'_>, chain: &Chain) -> Option<Ceiling> {
        let question = Question {
            host,
            chain,
            // Which hosts and packs a rule is about does not depend on what is asked of a host that is connected.
            asked: Asked::Operation(""),
        };
        let mut ceiling: Option<Ceiling> = None;
        for rule in self.rules.iter().filter(|rule| rule.is_about(&question)) {
            let Some((capabilities, line)) = &rule.capabilities else {
                continue;
            };
            let basis = self.basis(*line, "[rule.capabilities]");
            ceiling = Some(match ceiling {
                None => Ceiling {
                    capabilities: capabilities.clone(),
                    basis: vec![basis],
                },
                Some(mut held) => {
                    held.basis.push(basis);
                    Ceiling {
                        capabilities: held.capabilities.within(capabilities),
                        basis: held.basis,
                    }
                }
            });
        }
        ceiling
    }
}
