//! Calls of operations and facts, checked against what the packs say of them.

use std::collections::HashMap;

use starlark::codemap::Span;
use starlark::syntax::ast::{Argument, AssignTarget, AstArgument, AstExpr, AstStmt, Expr, Stmt};
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::{PluginError, Plugins};
use windlass_engine::secrets::SecretStore;

use crate::messages::{CONDITIONS, is_mode, known_at_execution, not_octal};
use crate::source::SourceFile;
use crate::walk::{self, dotted, each_statement, exprs_below, fact_named};
use windlass_engine::nearest::{did_you_mean, nearest};

use super::Finding;
use super::literal;
use super::scope::Scope;
use super::signature::Call;

/// Checks the calls of a file.
pub(crate) fn check(file: &SourceFile, scope: &Scope, plugins: &dyn Plugins) -> Vec<Finding> {
    let mut operations: Vec<String> = plugins
        .operations()
        .iter()
        .filter(|info| !info.hidden)
        .map(|info| info.name.clone())
        .collect();
    operations.sort();
    let mut facts: Vec<String> = plugins
        .facts()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    facts.sort();
    let checker = Checker {
        file,
        scope,
        plugins,
        operations,
        facts,
    };
    let mut findings = Vec::new();
    for expr in exprs_below(file.written.statement()) {
        match &expr.node {
            Expr::Dot(..) => findings.extend(checker.name(expr)),
            Expr::Call(callee, arguments) => {
                findings.extend(checker.call(callee, &arguments.args));
            }
            _ => {}
        }
    }
    findings.extend(checker.conditions());
    findings.extend(checker.unused_deploys());
    findings
}

struct Checker<'a> {
    file: &'a SourceFile,
    scope: &'a Scope,
    plugins: &'a dyn Plugins,
    operations: Vec<String>,
    facts: Vec<String>,
}

/// What a dotted name means.
enum Meaning {
    Operation(String),
    Fact(String),
}

impl Checker<'_> {
    /// What a dotted name of an operation or a fact means, whether it exists or not.
    fn meaning(&self, expr: &AstExpr) -> Option<Meaning> {
        let parts = dotted(expr)?;
        let (first, rest) = parts.split_first()?;
        if self.scope.makes(first) {
            return None;
        }
        match (*first, rest) {
            ("operations", [_, _]) => Some(Meaning::Operation(rest.join("."))),
            ("facts", [_, _]) => Some(Meaning::Fact(rest.join("."))),
            (namespace, [_]) if has_namespace(&self.operations, namespace) => {
                Some(Meaning::Operation(parts.join(".")))
            }
            _ => None,
        }
    }

    /// An operation or fact that there is not.
    fn name(&self, expr: &AstExpr) -> Option<Finding> {
        let span = expr.span;
        let message = match self.meaning(expr) {
            Some(Meaning::Operation(name)) if !self.operations.contains(&name) => {
                self.unknown_operation(&name)
            }
            Some(Meaning::Fact(name)) if !self.facts.contains(&name) => {
                format!("there is no fact `{name}`{}", near_name(&name, &self.facts))
            }
            Some(_) => return None,
            None => {
                let parts = dotted(expr)?;
                let (all, what) = match parts.as_slice() {
                    ["operations", _] => (&self.operations, "operations"),
                    ["facts", _] => (&self.facts, "facts"),
                    _ => return None,
                };
                let namespace = parts.last()?;
                if self.scope.makes(what) || has_namespace(all, namespace) {
                    return None;
                }
                let known = all.iter().filter_map(|name| name.split('.').next());
                format!(
                    "there are no {what} in `{namespace}`{}",
                    did_you_mean(namespace, known)
                )
            }
        };
        Some(Finding { span, message })
    }

    fn unknown_operation(&self, name: &str) -> String {
        if self.facts.iter().any(|fact| fact == name) {
            return format!(
                "`{name}` is a fact, no operation\n  ask the host: host.get_fact(facts.{name}, …)"
            );
        }
        format!(
            "there is no operation `{name}`{}",
            near_name(name, &self.operations)
        )
    }

    fn call(&self, callee: &AstExpr, arguments: &[AstArgument]) -> Vec<Finding> {
        if let Some(Meaning::Operation(name)) = self.meaning(callee) {
            let Ok(info) = self.plugins.operation(&name) else {
                return Vec::new();
            };
            let bind = |positional, named| {
                let secrets = SecretStore::default();
                self.plugins
                    .bind_operation(&name, positional, named, &secrets)
                    .map(|_| ())
            };
            let call = Call {
                name: &name,
                callee: callee.span,
                parameters: &info.parameters,
                operation: true,
                bind: &bind,
            };
            return self.arguments(&call, arguments);
        }
        let asks = dotted(callee)
            .is_some_and(|parts| matches!(parts.as_slice(), ["host", "get_fact" | "fact"]));
        if !asks || self.scope.makes("host") {
            return Vec::new();
        }
        let Some((first, rest)) = arguments.split_first() else {
            return Vec::new();
        };
        let Argument::Positional(first) = &first.node else {
            return Vec::new();
        };
        let Some(name) = fact_named(first) else {
            return Vec::new();
        };
        let Ok(info) = self.plugins.fact(&name) else {
            let is_text = matches!(first.node, Expr::Literal(_));
            let message = format!("there is no fact `{name}`{}", near_name(&name, &self.facts));
            return is_text
                .then_some(Finding {
                    span: first.span,
                    message,
                })
                .into_iter()
                .collect();
        };
        let bind = |positional, named| {
            let secrets = SecretStore::default();
            self.plugins
                .bind_fact(&name, positional, named, &secrets)
                .map(|_| ())
        };
        let call = Call {
            name: &name,
            callee: first.span,
            parameters: &info.parameters,
            operation: false,
            bind: &bind,
        };
        self.arguments(&call, rest)
    }

    fn arguments(&self, call: &Call<'_>, arguments: &[AstArgument]) -> Vec<Finding> {
        let module = &self.file.written;
        let mut findings = Vec::new();
        let mut spans: HashMap<String, Span> = HashMap::new();
        let (mut positional, mut named) = (Vec::new(), JsonMap::new());
        let (mut complete, mut all_literal) = (true, true);
        for argument in arguments {
            match &argument.node {
                Argument::Args(_) | Argument::KwArgs(_) => {
                    complete = false;
                    all_literal = false;
                }
                Argument::Positional(expr) => {
                    let at = positional.len();
                    if let Some(parameter) = call.parameters.get(at) {
                        spans.insert(parameter.name.clone(), argument.span);
                    }
                    match literal::value(module, expr) {
                        Some(value) => positional.push(value),
                        None => {
                            all_literal = false;
                            positional.push(Json::Null);
                        }
                    }
                }
                Argument::Named(key, expr) => {
                    let value = literal::value(module, expr);
                    if call.operation
                        && matches!(key.node.as_str(), "name" | "_if" | "_retry_until")
                    {
                        continue;
                    }
                    if key.node.starts_with('_') {
                        findings.extend(global(key.node.as_str(), value.as_ref(), argument.span));
                        continue;
                    }
                    spans.insert(key.node.clone(), argument.span);
                    if let Some(message) = call.unknown(&key.node) {
                        findings.push(Finding {
                            span: key.span,
                            message,
                        });
                        continue;
                    }
                    let octal = value
                        .as_ref()
                        .and_then(Json::as_u64)
                        .filter(|_| is_mode(&key.node));
                    if let Some(message) = octal.and_then(|number| not_octal(&key.node, number)) {
                        findings.push(Finding {
                            span: expr.span,
                            message,
                        });
                        continue;
                    }
                    match value {
                        Some(value) => {
                            named.insert(key.node.clone(), value);
                        }
                        None => all_literal = false,
                    }
                }
            }
        }
        if !findings.is_empty() {
            return findings;
        }
        if complete {
            let missing = call.missing(positional.len(), &spans);
            if !missing.is_empty() {
                let message = format!("{} needs {}", call.name, missing.join(" and "));
                return vec![Finding {
                    span: call.callee,
                    message,
                }];
            }
        }
        if !all_literal {
            positional.clear();
        }
        let Err(PluginError::Argument { argument, message }) =
            (call.bind)(positional, named.clone())
        else {
            return findings;
        };
        let at = argument.as_deref().and_then(|name| spans.get(name));
        let given = argument
            .as_ref()
            .is_some_and(|name| named.contains_key(name));
        if all_literal || given {
            findings.push(Finding {
                span: at.copied().unwrap_or(call.callee),
                message: format!("{}: {message}", call.name),
            });
        }
        findings
    }

    /// `if x.changed` outside of functions, where `x` is what an operation gave.
    fn conditions(&self) -> Vec<Finding> {
        let module = self.file.written.statement();
        let mut results = Vec::new();
        each_statement(module, &mut |statement| {
            if let Stmt::Assign(assign) = &statement.node
                && let AssignTarget::Identifier(name) = &assign.lhs.node
                && let Expr::Call(callee, _) = &assign.rhs.node
                && let Some(Meaning::Operation(_)) = self.meaning(callee)
            {
                results.push(name.node.ident.as_str());
            }
        });
        let mut findings = Vec::new();
        for test in walk::tests(module) {
            if test.in_function {
                continue;
            }
            let body = test.body.and_then(|body| self.first_operation(body));
            for (expr, reason) in &test.truths {
                let asked = match &expr.node {
                    Expr::Call(callee, _) => callee,
                    _ => *expr,
                };
                let Some(parts) = dotted(asked) else { continue };
                let [name, attribute] = parts.as_slice() else {
                    continue;
                };
                let known = CONDITIONS.iter().any(|(known, ..)| known == attribute);
                if known && results.contains(name) {
                    findings.push(Finding {
                        span: expr.span,
                        message: known_at_execution(&parts.join("."), *reason, body.as_deref()),
                    });
                }
            }
        }
        findings
    }

    /// The first operation that is called in a statement.
    fn first_operation(&self, body: &AstStmt) -> Option<String> {
        exprs_below(body).into_iter().find_map(|expr| {
            let Expr::Call(callee, _) = &expr.node else {
                return None;
            };
            self.meaning(callee)?;
            Some(dotted(callee)?.join("."))
        })
    }

    /// `deploy(…)` whose result is dropped: it makes a function and does not call it.
    fn unused_deploys(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        each_statement(self.file.written.statement(), &mut |statement| {
            if let Stmt::Expression(expr) = &statement.node
                && let Expr::Call(callee, _) = &expr.node
                && dotted(callee).as_deref() == Some(&["deploy"])
                && !self.scope.makes("deploy")
            {
                findings.push(Finding {
                    span: expr.span,
                    message: String::from(
                        "this makes a deploy function and does not call it\n  \
                         name it and call it: web = deploy(\"Web\", …), then web()",
                    ),
                });
            }
        });
        findings
    }
}

/// A mistake in a global argument.
fn global(name: &str, value: Option<&Json>, span: Span) -> Option<Finding> {
    let known = GlobalArguments::NAMES.contains(&name);
    let value = match value {
        Some(value) => value,
        None if known => return None,
        None => &Json::Null,
    };
    GlobalArguments::default()
        .set(name, value, &SecretStore::default())
        .err()
        .map(|message| Finding { span, message })
}

fn has_namespace(names: &[String], namespace: &str) -> bool {
    names
        .iter()
        .any(|name| name.split('.').next() == Some(namespace))
}

/// The nearest name: of the same namespace if it has a near one, else what the namespace has.
fn near_name(name: &str, all: &[String]) -> String {
    let split = |name: &str| {
        let (namespace, own) = name.split_once('.')?;
        Some((namespace.to_owned(), own.to_owned()))
    };
    let Some((namespace, own)) = split(name) else {
        return did_you_mean(name, all.iter().map(String::as_str));
    };
    let here: Vec<String> = all
        .iter()
        .filter_map(|known| split(known))
        .filter(|(known, _)| *known == namespace)
        .map(|(_, own)| own)
        .collect();
    match nearest(&own, here.iter().map(String::as_str)) {
        Some(near) => format!(", did you mean `{namespace}.{near}`?"),
        None if here.is_empty() => did_you_mean(name, all.iter().map(String::as_str)),
        None => format!("\n  `{namespace}` has {}", here.join(", ")),
    }
}
